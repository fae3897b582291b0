package com.example.auth.sessions;

import com.example.auth.users.User;

/** A {@link Caller} who is an administrator by the database, whatever the token says; everybody else is told 403. */
public record Administrator(User user) {
}
