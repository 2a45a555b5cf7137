//! Finds what the Cap'n Proto compiler or a C++ peer would not take, so that emitting cannot fail.

use std::collections::BTreeMap;

use ipc_runtime::schema::{BUILTIN_NAMES, File, Group, Item, Member, Role, items, members, node_members};
use ipc_runtime::wire::descriptor::{Descriptor, Enum, Interface, Kind, Struct, Type};

use crate::problem::{Place, Problem};

/// Checks one declaration by itself.
pub(crate) fn check_declaration(declaration: &Descriptor, problems: &mut Vec<Problem>) {
    let place = Place::of(declaration);
    for id in [declaration.id, declaration.file] {
        if id >> 63 == 0 {
            problems.push(Problem::BadId { place: place.clone(), id });
        }
    }
    check_type_name(declaration.name, &place, problems);
    for parameter in declaration.parameters {
        check_type_name(parameter.name, &place, problems);
    }
    match &declaration.kind {
        Kind::Struct(fields) => check_fields(&[fields], &place, problems),
        Kind::Composite(composite) => {
            let items = items(composite);
            check_items(&items, &place, problems);
            let fields = items.iter().flat_map(Item::fields);
            check_ordinals(fields.map(|member| member.ordinal), &place, problems);
        }
        Kind::Enum(Enum { variants }) => {
            let names: Vec<&str> = variants.iter().map(|variant| variant.name).collect();
            check_members(&names, &place, problems);
        }
        Kind::Interface(interface) => check_interface(declaration, interface, problems),
    }
}

/// Checks that each name is there once in its file, which `home` says, and that no parameter hides one.
pub(crate) fn check_names(
    declarations: &[&'static Descriptor],
    home: &dyn Fn(&Descriptor) -> u64,
    problems: &mut Vec<Problem>,
) {
    let mut names: BTreeMap<(u64, &str), &Descriptor> = BTreeMap::new();
    for second in declarations {
        let file = home(second);
        match names.get(&(file, second.name)) {
            Some(first) => {
                problems.push(Problem::SameName { file, first: Place::of(first), second: Place::of(second) });
            }
            None => {
                names.insert((file, second.name), second);
            }
        }
    }
    for declaration in declarations {
        for parameter in declaration.parameters {
            if let Some(hidden) = names.get(&(home(declaration), parameter.name)) {
                problems.push(Problem::HiddenName {
                    place: Place::of(declaration),
                    parameter: parameter.name.to_owned(),
                    hidden: Place::of(hidden),
                });
            }
        }
    }
}

/// Checks that no files import each other.
pub(crate) fn check_imports(files: &[File], problems: &mut Vec<Problem>) {
    let imports = |id: u64| {
        let file = files.iter().find(|file| file.id() == id);
        file.map(File::imports).unwrap_or_default().iter().map(|import| import.file)
    };
    for (position, file) in files.iter().enumerate() {
        let mut reached: Vec<u64> = imports(file.id()).collect();
        let mut next = 0;
        while let Some(id) = reached.get(next).copied() {
            let further: Vec<u64> = imports(id).filter(|id| !reached.contains(id)).collect();
            reached.extend(further);
            next += 1;
        }
        let back =
            |other: &&File| reached.contains(&other.id()) && imports(other.id()).any(|id| id == file.id());
        // Each circle once, from its first file on.
        if let Some(other) = files.iter().skip(position + 1).find(back) {
            let names = [file.name().to_owned(), other.name().to_owned()];
            problems.push(Problem::Circle { files: names });
        }
    }
}

fn check_interface(declaration: &Descriptor, interface: &Interface, problems: &mut Vec<Problem>) {
    let place = Place::of(declaration);
    let names: Vec<&str> = interface.methods.iter().map(|method| method.name).collect();
    check_members(&names, &place, problems);
    check_ordinals(interface.methods.iter().map(|method| method.ordinal), &place, problems);
    for method in interface.methods {
        let place = Place::of_method(declaration, method.name);
        check_fields(&[&method.params, &method.results], &place, problems);
    }
}

/// Checks a struct, or parameters and results, which libmultiprocess merges into one list.
fn check_fields(lists: &[&Struct], place: &Place, problems: &mut Vec<Problem>) {
    let lists: Vec<Vec<Member>> = lists.iter().map(|list| members(list)).collect();
    for list in &lists {
        check_ordinals(list.iter().map(|member| member.ordinal), place, problems);
    }
    check_lists(&lists, place, problems);
}

/// Checks the names in a struct or group, those of its unnamed union included, and in the groups in it.
fn check_items(items: &[Item], place: &Place, problems: &mut Vec<Problem>) {
    let members = node_members(items);
    let (fields, groups): (Vec<Option<&Member>>, Vec<Option<&Group>>) = members
        .iter()
        .map(|member| match member.item {
            Item::Field(field) => (Some(field), None),
            Item::Group(group) => (None, Some(group)),
            Item::Union(_) => (None, None),
        })
        .unzip();
    let fields: Vec<Member> = fields.into_iter().flatten().cloned().collect();
    let groups: Vec<&Group> = groups.into_iter().flatten().collect();
    let names: Vec<&str> = groups.iter().map(|group| group.name).collect();
    check_members(&names, place, problems);
    for name in names.iter().filter(|name| fields.iter().any(|field| field.name == **name)) {
        problems.push(Problem::SameMember {
            place: place.clone(),
            name: (*name).to_owned(),
            presence_of: None,
        });
    }
    check_lists(std::slice::from_ref(&fields), place, problems);
    for group in groups {
        check_items(&group.items, place, problems);
    }
}

/// Checks the names of one or two lists of fields in one scope.
fn check_lists(lists: &[Vec<Member>], place: &Place, problems: &mut Vec<Problem>) {
    for list in lists {
        let names: Vec<&str> = list.iter().map(|member| member.name.as_ref()).collect();
        check_member_names(&names, place, problems);
        check_same_fields(list, place, problems);
    }
    for plain in lists.iter().flatten().filter(|member| member.role == Role::Plain) {
        let companions = lists.iter().flatten().filter(|other| other.role != Role::Presence);
        let companions = companions.filter(|other| is_companion_name(&other.name, &plain.name));
        for other in companions.filter(|other| !asks_for(other, plain, lists)) {
            problems.push(Problem::LooksLikePresence {
                place: place.clone(),
                name: other.name.to_string(),
                of: plain.name.to_string(),
            });
        }
    }
}

/// Tells whether a parameter says that a result is wanted, as libmultiprocess has it.
fn asks_for(parameter: &Member, result: &Member, lists: &[Vec<Member>]) -> bool {
    let [parameters, results] = lists else { return false };
    let among = |list: &[Member], name: &str| list.iter().any(|member| member.name == name);
    parameter.name.starts_with("want")
        && matches!(parameter.ty, Type::Bool)
        && among(parameters, &parameter.name)
        && among(results, &result.name)
        && !among(parameters, &result.name)
        && result.name != "result"
}

fn check_same_fields(list: &[Member], place: &Place, problems: &mut Vec<Problem>) {
    for (position, second) in list.iter().enumerate() {
        let Some(first) = list.iter().take(position).find(|first| first.name == second.name) else {
            continue;
        };
        let presence = [first, second].into_iter().find(|member| member.role == Role::Presence);
        let presence_of = presence.and_then(|presence| {
            let mut optional = list.iter().filter(|member| member.role == Role::Optional);
            optional.find(|member| is_companion_name(&presence.name, &member.name))
        });
        problems.push(Problem::SameMember {
            place: place.clone(),
            name: second.name.to_string(),
            presence_of: presence_of.map(|field| field.name.to_string()),
        });
    }
}

fn is_companion_name(name: &str, field: &str) -> bool {
    let Some(rest) = name.strip_prefix("has").or_else(|| name.strip_prefix("want")) else { return false };
    let (mut rest, mut field) = (rest.chars(), field.chars());
    match (rest.next(), field.next()) {
        (Some(a), Some(b)) => a == b.to_ascii_uppercase() && rest.as_str() == field.as_str(),
        _ => false,
    }
}

fn check_members(names: &[&str], place: &Place, problems: &mut Vec<Problem>) {
    check_member_names(names, place, problems);
    for (position, name) in names.iter().enumerate() {
        if names.iter().take(position).any(|first| first == name) {
            problems.push(Problem::SameMember {
                place: place.clone(),
                name: (*name).to_owned(),
                presence_of: None,
            });
        }
    }
}

fn check_member_names(names: &[&str], place: &Place, problems: &mut Vec<Problem>) {
    for name in names {
        if !is_name(name, |first| first.is_ascii_lowercase()) {
            problems.push(Problem::BadName {
                place: place.clone(),
                name: (*name).to_owned(),
                allowed: "a member's name begins with a small letter and has only letters and digits",
            });
        }
    }
}

fn check_type_name(name: &str, place: &Place, problems: &mut Vec<Problem>) {
    let allowed = if BUILTIN_NAMES.contains(&name) {
        "this is the name of a Cap'n Proto type; choose another with `name = \"..\"`"
    } else if !is_name(name, |first| first.is_ascii_uppercase()) {
        "a type's name begins with a capital letter and has only letters and digits"
    } else {
        return;
    };
    problems.push(Problem::BadName { place: place.clone(), name: name.to_owned(), allowed });
}

fn is_name(name: &str, first: impl Fn(char) -> bool) -> bool {
    name.starts_with(first) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

fn check_ordinals(ordinals: impl Iterator<Item = u16>, place: &Place, problems: &mut Vec<Problem>) {
    let mut ordinals: Vec<u16> = ordinals.collect();
    ordinals.sort_unstable();
    for (missing, found) in (0..=u16::MAX).zip(ordinals) {
        if missing != found {
            problems.push(Problem::BadOrdinals { place: place.clone(), missing, found });
            return;
        }
    }
}
