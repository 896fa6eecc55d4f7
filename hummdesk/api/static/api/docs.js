"use strict";

const place = document.getElementById("api-docs");

function withCsrfToken(request) {
  if (request.method && request.method !== "GET") {
    request.headers["X-CSRFToken"] = place.dataset.csrf;
  }
  return request;
}

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schema,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
  requestInterceptor: withCsrfToken,
});
