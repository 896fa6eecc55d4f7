from django.db import migrations

# Stems of every word: no list of stop words, which takes "var", "vem" and "mitt" out of Swedish questions. How rare
# a word is says what it tells. In `public`, as extensions are: every account reads them.
LANGUAGES = ("finnish", "swedish")
_CREATE = """
DO $$ BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_ts_config WHERE cfgname = 'stems_{0}' AND cfgnamespace = 'public'::regnamespace
  ) THEN
    CREATE TEXT SEARCH DICTIONARY public.stems_{0} (TEMPLATE = pg_catalog.snowball, LANGUAGE = {0});
    CREATE TEXT SEARCH CONFIGURATION public.stems_{0} (COPY = pg_catalog.{0});
    ALTER TEXT SEARCH CONFIGURATION public.stems_{0} ALTER MAPPING REPLACE {0}_stem WITH public.stems_{0};
  END IF;
END $$
"""
_DROP = """
DROP TEXT SEARCH CONFIGURATION IF EXISTS public.stems_{0};
DROP TEXT SEARCH DICTIONARY IF EXISTS public.stems_{0};
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_add_shortcuts")]

    operations = [migrations.RunSQL(_CREATE.format(name), _DROP.format(name)) for name in LANGUAGES]
