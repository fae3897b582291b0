package com.example.auth.mfa;

import java.time.Duration;
import java.util.Optional;

import com.example.auth.secrets.Secret;
import com.example.auth.users.User;
import com.example.auth.users.Users;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Logins between the password and the code. Their tokens are no JWTs, so that none can pass for an access token. */
@Repository
public class MfaLogins {

    private static final Duration LIFETIME = Duration.ofMinutes(5);

    private final JdbcClient database;

    MfaLogins(JdbcClient database) {
        this.database = database;
    }

    /** Begin one and return its token. */
    public String begin(User user) {
        String token = Secret.draw();
        database.sql("""
                INSERT INTO mfa_logins (hash, user_id, expires_at)
                VALUES (:hash, :user, now() + make_interval(secs => :seconds))
                """)
                .param("hash", Secret.hash(token)).param("user", user.id())
                .param("seconds", LIFETIME.toSeconds()).update();
        return token;
    }

    public Optional<User> find(String token) {
        return database.sql("""
                SELECT u.* FROM mfa_logins l JOIN users u ON u.id = l.user_id
                WHERE l.hash = :hash AND l.expires_at > now() AND NOT u.disabled
                """)
                .param("hash", Secret.hash(token)).query(Users::user).optional();
    }

    /** End one, and say whether it went on until now. */
    public boolean end(String token) {
        return database.sql("DELETE FROM mfa_logins WHERE hash = :hash")
                .param("hash", Secret.hash(token)).update() == 1;
    }
}
