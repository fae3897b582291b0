package com.example.auth.passwords;

import java.util.Optional;
import java.util.UUID;

import com.example.auth.mails.MailedTokens;
import com.example.auth.mails.MailedTokens.Purpose;
import com.example.auth.sessions.Caller;
import com.example.auth.sessions.Sessions;
import com.example.auth.users.Users;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Sets new passwords and ends the sessions that the old one began. The user's row comes first: a login that is under
 * way has locked it, so that its session is there to be ended.
 */
@Service
public class PasswordChanges {

    private final Users users;
    private final PasswordHasher hasher;
    private final MailedTokens mailedTokens;
    private final Sessions sessions;

    PasswordChanges(Users users, PasswordHasher hasher, MailedTokens mailedTokens, Sessions sessions) {
        this.users = users;
        this.hasher = hasher;
        this.mailedTokens = mailedTokens;
        this.sessions = sessions;
    }

    /** Use a reset token up and return whose password was set; nobody's if the token is not good. */
    @Transactional
    public Optional<UUID> reset(String token, String password) {
        Optional<UUID> user = mailedTokens.use(token, Purpose.RESET);
        // Hashed only now: without a token nobody can keep us busy.
        user.ifPresent(id -> {
            users.setPassword(id, hasher.hash(password));
            sessions.endAll(id);
        });
        return user;
    }

    /** Change the password of whoever asks. The session that asks goes on. */
    @Transactional
    public void change(Caller caller, String password) {
        users.setPassword(caller.user().id(), hasher.hash(password));
        sessions.endOthers(caller.user().id(), caller.session());
    }
}
