package com.example.auth.mfa;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import javax.crypto.spec.SecretKeySpec;

import com.example.auth.Settings;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.encrypt.AesBytesEncryptor;
import org.springframework.security.crypto.encrypt.AesBytesEncryptor.CipherAlgorithm;
import org.springframework.security.crypto.encrypt.BytesEncryptor;
import org.springframework.security.crypto.keygen.BytesKeyGenerator;
import org.springframework.security.crypto.keygen.KeyGenerators;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The authenticators of users: a secret each, and the codes that it makes. */
@Service
public class SecondFactor {

    /** As long as a SHA-1 hash (RFC 4226 section 4, R6). */
    private static final int SECRET_BYTES = 20;
    private static final int NONCE_BYTES = 16;

    private final BytesKeyGenerator random = KeyGenerators.secureRandom(SECRET_BYTES);
    private final BytesEncryptor encryptor;
    private final RecoveryCodes recoveryCodes;
    private final JdbcClient database;

    SecondFactor(Settings settings, RecoveryCodes recoveryCodes, JdbcClient database) {
        SecretKeySpec key = new SecretKeySpec(HexFormat.of().parseHex(settings.secretKey()), "AES");
        this.encryptor = new AesBytesEncryptor(key, KeyGenerators.secureRandom(NONCE_BYTES), CipherAlgorithm.GCM);
        this.recoveryCodes = recoveryCodes;
        this.database = database;
    }

    /** Give a user a new secret, not switched on yet; nothing if the second factor is on. */
    @Transactional
    public Optional<byte[]> enroll(UUID user) {
        byte[] secret = random.generateKey();
        int changed = database.sql("UPDATE users SET totp_secret = :secret WHERE id = :user AND NOT totp_active")
                .param("secret", encryptor.encrypt(secret)).param("user", user).update();
        if (changed == 0) {
            return Optional.empty();
        }
        // They belong to the secret before this one.
        database.sql("DELETE FROM used_totp_steps WHERE user_id = :user").param("user", user).update();
        return Optional.of(secret);
    }

    /** Switch it on with a first code and return the recovery codes; nothing if that cannot be. */
    @Transactional
    public Optional<List<String>> activate(UUID user, String code) {
        Optional<byte[]> encrypted = encryptedSecret(user);
        if (encrypted.isEmpty() || !isTotp(user, encrypted.get(), plain(code))) {
            return Optional.empty();
        }
        int changed = database.sql("""
                UPDATE users SET totp_active = true WHERE id = :user AND NOT totp_active AND totp_secret = :secret
                """)
                .param("user", user).param("secret", encrypted.get()).update();
        return changed == 0 ? Optional.empty() : Optional.of(recoveryCodes.replace(user));
    }

    /** Use up a code of the authenticator or a recovery code, and say whether it was right. */
    public boolean accepts(UUID user, String code) {
        String plain = plain(code);
        return encryptedSecret(user).map(encrypted -> isTotp(user, encrypted, plain)).orElse(false)
                || recoveryCodes.use(user, plain);
    }

    /** Switch it off. */
    @Transactional
    public void disable(UUID user) {
        database.sql("UPDATE users SET totp_active = false, totp_secret = NULL WHERE id = :user")
                .param("user", user).update();
        recoveryCodes.remove(user);
    }

    private Optional<byte[]> encryptedSecret(UUID user) {
        return database.sql("SELECT totp_secret FROM users WHERE id = :user AND totp_secret IS NOT NULL")
                .param("user", user).query(byte[].class).optional();
    }

    /** Say whether a code is right and was not used before. */
    private boolean isTotp(UUID user, byte[] encrypted, String code) {
        return Totp.stepsOf(code, encryptor.decrypt(encrypted), Instant.now()).stream()
                .anyMatch(step -> use(user, step));
    }

    /** Use a step up. The primary key decides between two that come together (RFC 6238 section 5.2). */
    private boolean use(UUID user, long step) {
        return database.sql("INSERT INTO used_totp_steps (user_id, step) VALUES (:user, :step) ON CONFLICT DO NOTHING")
                .param("user", user).param("step", step).update() == 1;
    }

    private static String plain(String code) {
        return code.replaceAll("[\\s\\p{Pd}]", "");
    }
}
