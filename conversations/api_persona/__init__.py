"""The Persona dialect: `/v1/…`. camelCase JSON in the envelope `{"success", "message", "data"}`, an API key on all."""
