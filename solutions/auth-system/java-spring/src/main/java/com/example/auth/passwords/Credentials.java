package com.example.auth.passwords;

import java.util.Optional;

import com.example.auth.throttle.Throttle;
import com.example.auth.users.EmailKey;
import com.example.auth.users.User;
import com.example.auth.users.Users;
import org.springframework.stereotype.Component;

/** Judges an address and a password, and gives a guesser nothing to go by: no count, no second try, no time. */
@Component
public class Credentials {

    private final Users users;
    private final PasswordHasher hasher;
    private final Throttle throttle;

    Credentials(Users users, PasswordHasher hasher, Throttle throttle) {
        this.users = users;
        this.hasher = hasher;
        this.throttle = throttle;
    }

    /** Return the user whom both belong to; a failure is counted, and a disabled account fails like an unknown one. */
    public Optional<User> verify(String email, String password) {
        String account = EmailKey.of(email);
        throttle.check(account);
        Optional<User> user = users.findByEmail(email).filter(found -> !found.disabled());
        if (!hasher.matches(password, user.map(User::passwordHash).orElse(null))) {
            throttle.countFailure(account);
            return Optional.empty();
        }
        // Others may have failed while we were hashing: among many guesses at once the right one must not slip past.
        throttle.check(account);
        return user;
    }
}
