"""Demo data: believable support threads of two made-up companies."""
