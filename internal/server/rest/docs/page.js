SwaggerUIBundle({
  url: "/docs/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "full", // there is one call: show it whole,
  tryItOutEnabled: true, // with its form open
  validatorUrl: null, // nothing is sent elsewhere
});
