"""The same subject again: from its picture, never from words alone; and what came from what."""

from pathlib import Path

import pytest

import pictures
from buyer import Buyer
from limner.errors import NotFound, Usage
from limner.results import Job
from limner.subjects import walk
from limner.types import Quote


def said(quote: Quote) -> list[str]:
    return [one.key for one in quote.choice.adjustments]


def picture(job: Job) -> str:
    return job.pictures[0].path


def test_a_subject_is_drawn_once_and_then_followed(buyer: Buyer) -> None:
    first = buyer.client.quote("a small brown dog, sitting", subject="旺财")
    assert (first.choice.operation, said(first)) == ("text_to_image", ["subject.new"])
    dog = buyer.make("a small brown dog, sitting", subject="旺财")
    again = buyer.client.quote("swimming in a lake", subject=" 旺财 ")
    assert (again.choice.operation, said(again)) == ("image_to_image", ["subject.used"])
    assert [one.source for one in again.choice.references] == [picture(dog)]
    assert again.choice.prompt == "swimming in a lake"
    sent = len(buyer.requests())
    buyer.make("swimming in a lake", subject="旺财")
    assert "image_url" in str(buyer.requests()[sent]["json"])


def test_a_subject_whose_first_picture_never_came_is_still_to_be_drawn(buyer: Buyer) -> None:
    buyer.script("moderation")
    assert buyer.make("a dog", subject="Rex").pictures == ()
    assert said(buyer.client.quote("a dog", subject="Rex")) == ["subject.new"]
    dog = buyer.make("a dog", subject="Rex")
    again = buyer.client.quote("in the sea", subject="REX")
    assert [one.source for one in again.choice.references] == [picture(dog)]


def test_a_model_that_follows_no_picture_is_refused_naming_who_does(buyer: Buyer) -> None:
    buyer.make("a dog", subject="Rex")
    with pytest.raises(Usage) as caught:
        buyer.client.quote("in the sea", subject="Rex", model="dall-e-3")
    assert caught.value.key == "model.no_references"
    assert caught.value.facts["others"][0].name == "Nano Banana Pro"


def test_a_subject_whose_picture_is_gone_is_not_drawn_from_words(buyer: Buyer) -> None:
    dog = buyer.make("a dog", subject="Rex")
    Path(picture(dog)).unlink()
    with pytest.raises(Usage) as caught:
        buyer.client.quote("in the sea", subject="Rex")
    assert caught.value.key == "subject.gone"


def test_a_picture_is_given_a_subject_afterwards(buyer: Buyer) -> None:
    buyer.make("a dog", subject="Rex")
    other = buyer.make("another dog")
    buyer.client.name_subject("Rex", picture(other))
    again = buyer.client.quote("in the sea", subject="Rex")
    assert [one.source for one in again.choice.references] == [picture(other)]
    assert buyer.client.subjects_of(other.id) == ["Rex"]
    for name in ("", "//", "x" * 60, "a\nb\x1b[2J"):
        with pytest.raises(Usage) as caught:
            buyer.client.quote("x", subject=name)
        assert caught.value.key == "subject.bad_name"


def test_a_mention_without_the_wish_is_only_pointed_out(buyer: Buyer) -> None:
    buyer.make("a dog", subject="Rex")
    quote = buyer.client.quote("Rex in the sea")
    assert (quote.choice.operation, said(quote)) == ("text_to_image", ["subject.known_in_words"])
    assert said(buyer.client.quote("a T-rex-like thing, perplexed")) == ["subject.known_in_words"]
    assert said(buyer.client.quote("a perplexrex")) == []


def test_last_and_a_job_s_id_mean_their_pictures(buyer: Buyer) -> None:
    with pytest.raises(NotFound) as caught:
        buyer.client.quote("at night", references=("last",))
    assert caught.value.key == "reference.no_last"
    pair = buyer.make("a mug", model="gpt-image-2", n=2)
    later = buyer.make("a cup")
    last = buyer.client.quote("at night", references=("last",))
    assert ([one.source for one in last.choice.references], said(last)) == (
        [picture(later)],
        ["subject.last"],
    )
    second = buyer.client.quote("at night", references=(f"{pair.id}:2",))
    assert [one.source for one in second.choice.references] == [pair.pictures[1].path]
    for given in (f"{pair.id}:3", "j_nothere"):
        with pytest.raises(NotFound):
            buyer.client.quote("at night", references=(given,))


def test_the_tree_shows_what_came_from_what_from_any_of_its_pictures(buyer: Buyer, tmp_path: Path) -> None:
    dog = buyer.make("a dog", subject="Rex")
    lake = buyer.make("in a lake", subject="Rex")
    night = buyer.make("at night", references=(picture(lake), picture(dog)))
    snow = buyer.make("in the snow", subject="Rex")
    for asked in (dog, lake, night, snow):
        drawn = [(depth, node.job.id) for depth, node in walk(buyer.client.tree(asked.id))]
        assert drawn[0] == (0, dog.id)
        assert {job_id for _, job_id in drawn} == {dog.id, lake.id, night.id, snow.id}
        assert len(drawn) == 4, "nothing stands there twice"
    moved = tmp_path / "moved.jpg"
    moved.write_bytes(Path(picture(dog)).read_bytes())
    assert buyer.client.story(str(moved)).id == dog.id
    assert buyer.client.story(dog.id).id == dog.id


def test_a_picture_from_outside_is_named_in_the_tree(buyer: Buyer, tmp_path: Path) -> None:
    outside = tmp_path / "mine.png"
    pictures.saved(pictures.quarters((320, 240)), outside)
    job = buyer.make("a drawing of this", references=(str(outside),))
    assert buyer.client.tree(job.id).others == (str(outside),)


def test_a_sentence_about_a_known_subject_means_its_picture(buyer: Buyer) -> None:
    client = buyer.client
    dog = buyer.make("一只棕色小狗", subject="旺财")
    wanted = client.meant(client.understand("旺财在海边晒太阳"))
    assert (wanted.subject, wanted.prompt) == ("旺财", "旺财在海边晒太阳")
    assert [one.source for one in client.quote(wanted).choice.references] == [picture(dog)]
    assert client.meant(client.understand("一座灯塔")).references == ()
