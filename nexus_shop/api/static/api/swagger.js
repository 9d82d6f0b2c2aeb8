// Starts Swagger UI on the schema that the page names. The list of error codes stays with Redoc: it would stand
// between the reader and the operations here.
const ERRORS = /\n {4}# Errors\n(?: {4}.*\n|\n)*/;

window.addEventListener("load", () => {
  const place = document.getElementById("swagger-ui");
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    deepLinking: true,
    persistAuthorization: false,
    validatorUrl: null,
    responseInterceptor: (response) => {
      if (response.url.endsWith(place.dataset.schema)) {
        response.text = response.text.replace(ERRORS, `\n    [All error codes](${place.dataset.errors})\n`);
      }
      return response;
    },
  });
});
