package com.example.auth.passwords;

import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.keygen.KeyGenerators;
import org.springframework.stereotype.Component;

/**
 * Hashes passwords with argon2id. Of the parameters that OWASP's Password Storage Cheat Sheet calls equal in strength
 * these take the least memory, which Java has to collect again after each hash.
 */
@Component
public class PasswordHasher {

    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int MEMORY_KIB = 7_168;
    private static final int PASSES = 5;

    private final Argon2PasswordEncoder argon2 =
            new Argon2PasswordEncoder(SALT_BYTES, HASH_BYTES, 1, MEMORY_KIB, PASSES);
    /** As many at a time as there are processors: more would be no faster. */
    private final Semaphore processors = new Semaphore(Runtime.getRuntime().availableProcessors(), true);
    private final String nobodys = hashOfNoPassword();

    public String hash(String password) {
        return inTurn(() -> argon2.encode(password));
    }

    /** Compare with the hash of a user, or in the same time with that of nobody if there is none. */
    public boolean matches(String password, String hashOrNull) {
        return inTurn(() -> argon2.matches(password, hashOrNull == null ? nobodys : hashOrNull));
    }

    private <T> T inTurn(Supplier<T> work) {
        processors.acquireUninterruptibly();
        try {
            return work.get();
        } finally {
            processors.release();
        }
    }

    /** Make a hash of random bytes, which costs nothing to make and all the same to compare with. */
    private static String hashOfNoPassword() {
        Base64.Encoder encoder = Base64.getEncoder().withoutPadding();
        String salt = encoder.encodeToString(KeyGenerators.secureRandom(SALT_BYTES).generateKey());
        String hash = encoder.encodeToString(KeyGenerators.secureRandom(HASH_BYTES).generateKey());
        return "$argon2id$v=19$m=%d,t=%d,p=1$%s$%s".formatted(MEMORY_KIB, PASSES, salt, hash);
    }
}
