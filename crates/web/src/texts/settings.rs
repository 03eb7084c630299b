//! Texts of signing in and of a person's own settings, with the names of roles.

use super::texts;

texts! {
    sign_in: "Sign in" | "Oturum aç";
    sign_out: "Sign out" | "Oturumu kapat";
    user_name: "Name" | "Ad";
    password: "Password" | "Parola";
    sign_in_failed: "Unable to log in with provided credentials." | "Bu ad ve parolayla oturum açılamadı.";
    throttled: "Too many attempts." | "Çok fazla deneme.";
    read_only: "Signing in needs a writable database." | "Oturum açmak için yazılabilir bir veritabanı gerekir.";
    first_start(place): "The first password was printed when the server was started: {place}"
        | "İlk parola sunucu başlatılırken yazıldı: {place}";
    demonstration: "This is a demonstration." | "Bu bir tanıtımdır.";
    version(number): "Version {number}" | "Sürüm {number}";
    role_admin: "Administrator" | "Yönetici";
    role_integration: "Integration" | "Entegrasyon";
    role_channel: "Channel" | "Kanal";
    role_viewer: "Viewer" | "İzleyici";
    // Settings
    appearance: "Appearance" | "Görünüş";
    appearance_hint: "Only for you, on every device." | "Size özeldir, her cihazda geçerlidir.";
    language: "Language" | "Dil";
    theme: "Theme" | "Tema";
    theme_system: "As the device" | "Cihaz gibi";
    theme_light: "Light" | "Açık";
    theme_dark: "Dark" | "Koyu";
    density: "Rows" | "Satırlar";
    density_roomy: "Roomy" | "Ferah";
    density_compact: "Compact" | "Sıkı";
    keys_on: "Single keys do something" | "Tek tuşlar çalışsın";
    keys_hint: "Turn this off if you speak or use another keyboard aid."
        | "Sesle ya da başka bir klavye yardımıyla çalışıyorsanız kapatın.";
    saved: "Saved." | "Kaydedildi.";
    new_password: "New password" | "Yeni parola";
    old_password: "Present password" | "Şimdiki parola";
    password_hint: "A new password signs out every other session and revokes your tokens."
        | "Yeni parola diğer tüm oturumları kapatır, anahtarlarınızı geçersiz kılar.";
    change_password: "Change the password" | "Parolayı değiştir";
    installation: "This installation" | "Bu kurulum";
    installation_hint: "For everyone." | "Herkes için geçerlidir.";
    tokens: "Tokens" | "Anahtarlar";
    tokens_hint: "A token lets a program act as you." | "Anahtar, bir programın sizin adınıza çalışmasını sağlar.";
    no_tokens: "You have no token." | "Anahtarınız yok.";
    token_name: "Name of the token" | "Anahtarın adı";
    make_token: "Make a token" | "Anahtar oluştur";
    token_once: "This is the only time that the token is shown." | "Anahtar yalnızca şimdi gösterilir.";
    use_it: "Use it:" | "Kullanımı:";
    last_used: "Last used" | "Son kullanım";
    never_used: "never" | "hiç";
    made: "Made" | "Oluşturuldu";
    revoke: "Revoke" | "Geçersiz kıl";
    revoke_named(name): "Revoke {name}" | "{name} geçersiz kıl";
    sessions: "Sessions" | "Oturumlar";
    sessions_hint: "Where you are signed in." | "Oturum açtığınız yerler.";
    this_session: "this one" | "bu oturum";
    device: "Browser" | "Tarayıcı";
    end_session: "Sign out there" | "Oradaki oturumu kapat";
}
