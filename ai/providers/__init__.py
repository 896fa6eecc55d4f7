"""Who answers: models behind one small interface."""
