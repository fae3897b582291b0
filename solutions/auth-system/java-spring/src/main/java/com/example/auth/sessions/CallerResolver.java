package com.example.auth.sessions;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.example.auth.users.Users;
import com.example.auth.web.Problem;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/** Finds out who asks, from {@code Authorization: Bearer} (RFC 6750). */
@Component
class CallerResolver implements HandlerMethodArgumentResolver {

    /** The scheme in any case, a blank, the token. */
    private static final Pattern BEARER = Pattern.compile("bearer +(.+)", Pattern.CASE_INSENSITIVE);

    private final AccessTokens accessTokens;
    private final Users users;

    CallerResolver(AccessTokens accessTokens, Users users) {
        this.accessTokens = accessTokens;
        this.users = users;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        Class<?> type = parameter.getParameterType();
        return type == Caller.class || type == Administrator.class;
    }

    @Override
    public Object resolveArgument(MethodParameter parameter, ModelAndViewContainer container, NativeWebRequest request,
            WebDataBinderFactory factory) {
        Caller caller = caller(request.getHeader(HttpHeaders.AUTHORIZATION));
        if (parameter.getParameterType() == Caller.class) {
            return caller;
        }
        if (!caller.user().isAdministrator()) {
            throw Problem.of(HttpStatus.FORBIDDEN);
        }
        return new Administrator(caller.user());
    }

    private Caller caller(String authorization) {
        Matcher bearer = BEARER.matcher(authorization == null ? "" : authorization.strip());
        if (!bearer.matches()) {
            throw unauthenticated("Bearer");
        }
        return accessTokens.read(bearer.group(1)).flatMap(this::caller)
                .orElseThrow(() -> unauthenticated("Bearer error=\"invalid_token\""));
    }

    private Optional<Caller> caller(AccessTokens.Bearer bearer) {
        return users.findInSession(bearer.user(), bearer.session()).map(user -> new Caller(user, bearer.session()));
    }

    private static Problem unauthenticated(String challenge) {
        return Problem.of(HttpStatus.UNAUTHORIZED).with(HttpHeaders.WWW_AUTHENTICATE, challenge);
    }
}
