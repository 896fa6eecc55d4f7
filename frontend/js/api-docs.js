// Swagger UI without an inline script. It comes from drf-spectacular's sidecar and is loaded before this file.
const root = document.getElementById('api-docs')

window.SwaggerUIBundle({ domNode: root, url: root.dataset.schema, deepLinking: true, tryItOutEnabled: true })
