// Reads the whole directory with SCIMMY's own classes, which know every attribute of RFC 7643 by its type and refuse what is of
// another one; and filters what it read by SCIMMY's own rules, so that they can be compared with the service's.
//
// node read.js BASE, with the token in SCIM_TOKEN. Says one JSON object.

import SCIMMY from "scimmy";

const [base] = process.argv.slice(2);
const headers = {
  authorization: `Bearer ${process.env.SCIM_TOKEN}`,
  accept: "application/scim+json",
};

// How many it asks for at once, and how far it goes on, whatever it got.
const STEP = 300;

// Asked of the service as they are, and of what was read by SCIMMY, which tells letters apart by case.
const FILTERS = {
  Users: ['userName eq "u0007"', 'userName eq "nobody"', "active eq true", 'externalId eq "u0100"', "title pr"],
  Groups: ['displayName eq "部门 7"', 'displayName co "部门 1"'],
};

SCIMMY.Schemas.User.extend(SCIMMY.Schemas.EnterpriseUser);

async function get(path) {
  const response = await fetch(`${base}${path}`, { headers });
  const body = await response.json();
  if (!response.ok) throw new SCIMMY.Messages.ErrorResponse(body);
  return body;
}

async function page(endpoint, parameters) {
  const list = await get(`/${endpoint}?${new URLSearchParams(parameters)}`);
  return new SCIMMY.Messages.ListResponse(list);
}

async function all(endpoint, parameters = {}) {
  const found = [];
  for (let startIndex = 1; ; startIndex += STEP) {
    const { Resources, totalResults } = await page(endpoint, { ...parameters, startIndex, count: STEP });
    found.push(...Resources);
    if (totalResults < startIndex + STEP) return { total: totalResults, found };
  }
}

function ids(resources) {
  return resources.map((resource) => resource.id);
}

async function read(endpoint, Schema) {
  const { total, found } = await all(endpoint);
  // As JSON, since a date of SCIMMY's is one of the language's.
  const typed = found.map((resource) => JSON.parse(JSON.stringify(new Schema(resource, "out"))));
  const one = new Schema(await get(`/${endpoint}/${found.at(-1).id}`), "out");
  const filters = {};
  for (const text of FILTERS[endpoint]) {
    const filter = new SCIMMY.Types.Filter(text);
    filters[text] = {
      theirs: ids((await all(endpoint, { filter: filter.expression })).found),
      ours: ids(filter.match(typed)),
    };
  }
  return { total, ids: ids(typed), one: one.id, filters };
}

const config = new SCIMMY.Schemas.ServiceProviderConfig(await get("/ServiceProviderConfig"));
const types = new SCIMMY.Messages.ListResponse(await get("/ResourceTypes")).Resources;
const schemas = new SCIMMY.Messages.ListResponse(await get("/Schemas")).Resources;

console.log(
  JSON.stringify({
    maxResults: config.filter.maxResults,
    types: types.map((type) => new SCIMMY.Schemas.ResourceType(type).name),
    schemas: ids(schemas),
    Users: await read("Users", SCIMMY.Schemas.User),
    Groups: await read("Groups", SCIMMY.Schemas.Group),
  }),
);
