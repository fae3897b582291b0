package com.example.auth.web;

import java.io.IOException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Reads a {@link Body}. Spring's own {@code @RequestBody} turns numbers into texts, takes every {@code +json} for JSON
 * and knows no difference between 400 and 422.
 */
@Component
class BodyResolver implements HandlerMethodArgumentResolver {

    /** In bytes; no route of ours has use for more. */
    private static final int LARGEST = 64 * 1024;

    private final ObjectMapper json;

    BodyResolver(ObjectMapper json) {
        this.json = json;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Body.class;
    }

    @Override
    public Body resolveArgument(MethodParameter parameter, ModelAndViewContainer container, NativeWebRequest request,
            WebDataBinderFactory factory) throws IOException {
        return read(request.getNativeRequest(HttpServletRequest.class));
    }

    private Body read(HttpServletRequest request) throws IOException {
        String type = request.getContentType();
        if (type != null && !isJson(type)) {
            throw Problem.of(HttpStatus.UNSUPPORTED_MEDIA_TYPE);
        }
        byte[] bytes = request.getInputStream().readNBytes(LARGEST + 1);
        if (bytes.length > LARGEST) {
            throw Problem.of(HttpStatus.PAYLOAD_TOO_LARGE);
        }
        if (type == null && bytes.length > 0) {
            throw Problem.of(HttpStatus.UNSUPPORTED_MEDIA_TYPE);
        }
        return new Body(object(bytes));
    }

    private JsonNode object(byte[] bytes) {
        JsonNode value;
        try {
            value = json.readTree(bytes);
        } catch (IOException exception) {
            // What the parser says would repeat parts of the body, and so perhaps a password.
            throw Problem.of(HttpStatus.BAD_REQUEST);
        }
        if (value.isMissingNode()) {
            throw Problem.of(HttpStatus.BAD_REQUEST);
        }
        if (!value.isObject()) {
            throw Problem.invalid("#", "an object is needed here");
        }
        return value;
    }

    private static boolean isJson(String type) {
        try {
            return MediaType.parseMediaType(type).equalsTypeAndSubtype(MediaType.APPLICATION_JSON);
        } catch (InvalidMediaTypeException exception) {
            return false;
        }
    }
}
