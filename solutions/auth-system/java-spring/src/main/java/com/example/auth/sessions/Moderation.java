package com.example.auth.sessions;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

import com.example.auth.users.User;
import com.example.auth.users.Users;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What administrators do to accounts. */
@Service
public class Moderation {

    private final Users users;
    private final Sessions sessions;

    Moderation(Users users, Sessions sessions) {
        this.users = users;
        this.sessions = sessions;
    }

    /** Change what is not null; nobody if there is no such user. A disabled account has no sessions from then on. */
    @Transactional
    public Optional<User> change(UUID id, Boolean disabled, List<String> roles) {
        Optional<User> user = users.change(id, disabled, roles);
        user.filter(User::disabled).ifPresent(changed -> sessions.endAll(id));
        return user;
    }
}
