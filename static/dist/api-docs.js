var e=document.getElementById("api-docs");window.SwaggerUIBundle({domNode:e,url:e.dataset.schema,deepLinking:!0,tryItOutEnabled:!0});
