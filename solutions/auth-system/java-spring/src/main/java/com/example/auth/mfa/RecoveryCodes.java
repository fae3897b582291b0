package com.example.auth.mfa;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

import com.example.auth.secrets.Secret;
import org.bouncycastle.util.encoders.Base32;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.keygen.BytesKeyGenerator;
import org.springframework.security.crypto.keygen.KeyGenerators;
import org.springframework.stereotype.Repository;

/** Codes for whoever loses the phone, each good for one login. They have 120 bits, so a fast hash of them will do. */
@Repository
class RecoveryCodes {

    private static final int COUNT = 10;
    private static final int BYTES = 15;

    private final BytesKeyGenerator random = KeyGenerators.secureRandom(BYTES);
    private final JdbcClient database;

    RecoveryCodes(JdbcClient database) {
        this.database = database;
    }

    /** Make new codes in place of whatever a user has. */
    List<String> replace(UUID user) {
        remove(user);
        List<String> codes = new ArrayList<>();
        while (codes.size() < COUNT) {
            String code = Base32.toBase32String(random.generateKey());
            database.sql("INSERT INTO recovery_codes (user_id, hash) VALUES (:user, :hash)")
                    .param("user", user).param("hash", Secret.hash(code)).update();
            codes.add(inGroups(code));
        }
        return codes;
    }

    /** Use a code up and say whether it was one. */
    boolean use(UUID user, String code) {
        return database.sql("DELETE FROM recovery_codes WHERE user_id = :user AND hash = :hash")
                .param("user", user).param("hash", Secret.hash(code.toUpperCase(Locale.ROOT))).update() == 1;
    }

    void remove(UUID user) {
        database.sql("DELETE FROM recovery_codes WHERE user_id = :user").param("user", user).update();
    }

    private static String inGroups(String code) {
        return code.replaceAll("(?<=.)(?=(.{4})+$)", "-");
    }
}
