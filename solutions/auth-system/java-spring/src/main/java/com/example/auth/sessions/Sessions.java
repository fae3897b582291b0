package com.example.auth.sessions;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

import com.example.auth.Settings;
import com.example.auth.secrets.Secret;
import com.example.auth.users.User;
import com.example.auth.users.Users;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Logins. Each is a session with a family of refresh tokens, of which only the youngest works (RFC 9700 section 4.14).
 */
@Service
public class Sessions {

    private final Settings settings;
    private final AccessTokens accessTokens;
    private final JdbcClient database;

    Sessions(Settings settings, AccessTokens accessTokens, JdbcClient database) {
        this.settings = settings;
        this.accessTokens = accessTokens;
        this.database = database;
    }

    /**
     * Begin a session for a user whose password was verified; nothing if the account has been disabled or its password
     * changed since. The row is locked, or a reset that is under way would not see the session that it has to end.
     */
    @Transactional
    public Optional<Tokens> begin(User user) {
        return database.sql("""
                INSERT INTO sessions (user_id)
                SELECT id FROM users WHERE id = :user AND password_hash = :hash AND NOT disabled FOR SHARE
                RETURNING id
                """)
                .param("user", user.id()).param("hash", user.passwordHash()).query(UUID.class).optional()
                .map(session -> issue(user, session));
    }

    /**
     * Exchange a refresh token for new ones. One statement looks and marks, so that of ten that come together one wins.
     * A used one that comes back was stolen, then or now, and ends its session. Nothing is thrown, for an exception
     * would roll that back.
     */
    @Transactional
    public Optional<Tokens> rotate(String refreshToken) {
        byte[] hash = Secret.hash(refreshToken);
        Optional<Tokens> tokens = database.sql("""
                UPDATE refresh_tokens t SET used_at = now()
                FROM sessions s JOIN users u ON u.id = s.user_id
                WHERE t.hash = :hash AND t.used_at IS NULL AND t.expires_at > now()
                    AND s.id = t.session_id AND s.ended_at IS NULL AND NOT u.disabled
                RETURNING t.session_id, u.*
                """)
                .param("hash", hash).query(Sessions::owned).optional()
                .map(owned -> issue(owned.user(), owned.session()));
        if (tokens.isEmpty()) {
            endAfterReuse(hash);
        }
        return tokens;
    }

    private void endAfterReuse(byte[] hash) {
        database.sql("""
                UPDATE sessions s SET ended_at = now() FROM refresh_tokens t
                WHERE t.hash = :hash AND t.used_at IS NOT NULL AND s.id = t.session_id AND s.ended_at IS NULL
                """)
                .param("hash", hash).update();
    }

    /** End the session that a refresh token of the user belongs to, used or not. */
    public void end(UUID user, String refreshToken) {
        database.sql("""
                UPDATE sessions s SET ended_at = now() FROM refresh_tokens t
                WHERE t.hash = :hash AND s.id = t.session_id AND s.user_id = :user AND s.ended_at IS NULL
                """)
                .param("hash", Secret.hash(refreshToken)).param("user", user).update();
    }

    /** End all sessions of a user, and the logins that wait for a second factor. */
    public void endAll(UUID user) {
        endOthers(user, null);
    }

    /** End all sessions of a user but one, if one is given, and the logins that wait for a second factor. */
    public void endOthers(UUID user, UUID kept) {
        database.sql("""
                UPDATE sessions SET ended_at = now()
                WHERE user_id = :user AND ended_at IS NULL AND id IS DISTINCT FROM :kept
                """)
                .param("user", user).param("kept", kept).update();
        database.sql("DELETE FROM mfa_logins WHERE user_id = :user").param("user", user).update();
    }

    private Tokens issue(User user, UUID session) {
        String refreshToken = Secret.draw();
        database.sql("""
                INSERT INTO refresh_tokens (hash, session_id, expires_at)
                VALUES (:hash, :session, now() + make_interval(secs => :seconds))
                """)
                .param("hash", Secret.hash(refreshToken)).param("session", session)
                .param("seconds", settings.refreshTokenTtl().toSeconds()).update();
        String accessToken = accessTokens.issue(user, session);
        return new Tokens(accessToken, "Bearer", settings.accessTokenTtl().toSeconds(), refreshToken);
    }

    private record Owned(UUID session, User user) {
    }

    private static Owned owned(ResultSet row, int number) throws SQLException {
        return new Owned(row.getObject("session_id", UUID.class), Users.user(row, number));
    }
}
