from accounts.models import User
from conversations.models import Category
from tests.factories import make_conversation, make_team
from tests.fixtures.cast import ApiOf


def test_category_is_made_changed_listed_and_deleted(api_of: ApiOf, admin: User, agent: User) -> None:
    api, team = api_of(admin), make_team()

    made = api.post("/api/v1/categories", {"name": "Spare parts", "skills": ["Parts"]})
    path = f"/api/v1/categories/{made.json()['id']}"
    changed = api.patch(path, {"team_id": str(team.id), "skills": [{"name": "Parts", "level": 2}], "version": 1})

    assert (made.status_code, made.json()["slug"]) == (201, "spare-parts")
    assert changed.json() == {
        "id": made.json()["id"],
        "name": "Spare parts",
        "slug": "spare-parts",
        "team_id": str(team.id),
        "skills": [{"name": "Parts", "level": 2}],
        "version": 2,
    }
    assert api_of(agent).get(f"/api/v1/categories?team_id={team.id}").json()["results"] == [changed.json()]
    assert api.get(f"/api/v1/teams/{team.id}").json()["category_ids"] == [made.json()["id"]]
    assert api.patch(path, {"name": "Parts", "version": 1}).status_code == 409
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_category_in_use_stays_and_others_change_none(api_of: ApiOf, admin: User, leader: User) -> None:
    category = Category.objects.get(slug="billing")
    make_conversation(category=category)
    path = f"/api/v1/categories/{category.id}"

    assert api_of(admin).delete(path).json()["code"] == "conflict"
    assert api_of(leader).patch(path, {"name": "Mine"}).status_code == 403
    assert api_of(leader).post("/api/v1/categories", {"name": "Mine"}).status_code == 403
