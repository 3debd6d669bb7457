"""What a person is told of a reading: clearings that wait, references that lead nowhere, removals that are not made.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from documents import Reference
from wit_world.imports import model
from wit_world.imports.model import Diagnosis, Key
from words import chinese, counted, diagnosis, quoted


@dataclass
class Gone:
    """The source says that it is not there: its answer, as `code: text`."""

    evidence: str


@dataclass
class Unknown:
    """The source could not be asked: nothing is known."""

    failure: model.Failure


@dataclass
class NotAsked:
    """Too many were named."""


def unknown_resource_type(resource_type: str) -> Diagnosis:
    shown = quoted(resource_type)
    said = (f"resource type {shown} is not one of this connector's", f"资源类型 {shown} 不属于该连接器")
    return diagnosis("unknown-resource-type", said)


NARROWED = (
    "check whether a permission or the scope was narrowed at the source",
    "请检查数据源一侧的权限或可见范围是否被缩小",
)


def seen_on_nobody(name: str, n_losing: int) -> Diagnosis:
    kept = counted(n_losing, "object", "objects")
    return diagnosis(
        "attribute-not-visible",
        (
            f"{name} was seen on nobody; what the platform holds for up to {kept} is kept",
            f"没有读到任何对象的 {name}；平台上最多 {n_losing} 个对象的现有值已保留",
        ),
        ("if it should be visible, check the application's field permissions", "如果本应可见，请检查应用的字段权限"),
        attribute=name,
    )


def too_many(name: str, n_losing: int, n_with: int) -> Diagnosis:
    losing, having = counted(n_losing, "object", "objects"), counted(n_with, "still has", "still have")
    return diagnosis(
        "clearing-kept",
        (
            f"{losing} would lose {name} at once, {having} it; the values are kept",
            f"将有 {n_losing} 个对象同时失去 {name}，仍有 {n_with} 个对象具有该值；现有值已保留",
        ),
        NARROWED,
        attribute=name,
    )


def too_many_in_events(name: str, n_losing: int) -> Diagnosis:
    losing = counted(n_losing, "object", "objects")
    return diagnosis(
        "clearing-kept",
        (
            f"{losing} of one batch of events would lose {name} at once; the values are kept",
            f"同一批事件中有 {n_losing} 个对象将同时失去 {name}；现有值已保留",
        ),
        NARROWED,
        attribute=name,
    )


def not_proven(name: str) -> Diagnosis:
    return diagnosis(
        "clearing-not-proven",
        (
            f"{name} may have been emptied, or may be hidden: what was read does not tell which; the value is kept",
            f"{name} 可能已被清空，也可能只是不可见：读取到的内容无法判断；现有值已保留",
        ),
        (
            "import the organisation: a full reading compares with what others have",
            "请导入整个组织：完整读取会与其他对象进行比较",
        ),
        attribute=name,
    )


def reference_lost(reference: Reference, target: Key, answer: Gone | Unknown | NotAsked) -> Diagnosis:
    id = quoted(target.external_id)
    kind, kind_in_chinese = ("department", "部门") if target.resource_type == "Department" else ("person", "人员")
    names, names_in_chinese = f"{reference.name} names {kind} {id}", f"{reference.name} 引用的{kind_in_chinese} {id} "
    facts = {"member": reference.name, "names": target.external_id}
    match answer:
        case Gone(evidence):
            why = (
                f"{names}, which is gone ({evidence}); the reference is left out",
                f"{names_in_chinese}已不存在（{evidence}），已去掉该引用",
            )
            return diagnosis("reference-gone", why, ("correct it at the source", "请在数据源中更正"), **facts)
        case Unknown(lookup):
            because = lookup.diagnosis
            why = (
                f"{names}, which was not read; the platform keeps what it holds there. About it the source says: {because.message}",
                f"{names_in_chinese}没有读到，平台保留现有值。数据源对其的答复：{chinese(because)}",
            )
            return diagnosis("reference-not-clear", why, because=because.code, **facts)
        case NotAsked():
            why = (
                f"{names}, which was not read, and the source was not asked about it; the platform keeps what it holds there",
                f"{names_in_chinese}没有读到，也未向数据源查询；平台保留现有值",
            )
            return diagnosis("reference-not-clear", why, **facts)


def nothing_read(n_held: int) -> Diagnosis:
    return diagnosis(
        "nothing-read",
        (
            f"the source showed nothing at all, while the platform holds {counted(n_held, 'object', 'objects')}; nothing is removed",
            f"数据源没有返回任何对象，而平台上已有 {n_held} 个；不会删除任何对象",
        ),
        ("check what the application is allowed to see, then import again", "请检查应用的可见范围，然后重新导入"),
    )


def absences_kept(n_absent: int, why: Diagnosis) -> Diagnosis:
    said = counted(n_absent, "object was", "objects were")
    return diagnosis(
        "removals-stopped",
        (
            f"nobody and nothing is removed by this run: of what the platform holds, {said} not found, and the reading is "
            f"not complete, because {why.message}",
            f"本次运行不会删除任何对象：平台上有 {n_absent} 个对象没有读到，但读取不完整，原因是：{chinese(why)}",
        ),
        (
            "mend what keeps the reading from being complete; whoever is gone is removed by the next complete one",
            "请先解决导致读取不完整的问题；下次完整读取时会删除已离开者",
        ),
        because=why.code,
    )
