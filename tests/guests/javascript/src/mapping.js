/**
 * Departments and people as the SCIM documents that `wit/model.wit` describes. An empty value is left out: the kit decides when
 * that clears it. What an attribute takes to be seen is its column, which an export may lack.
 */

import { UNCLEAR } from './rows.js';
import { draft } from './kit/documents.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ORGANISATION = 'urn:rollcall:scim:schemas:extension:2.0:User';
const DEPARTMENT = 'urn:rollcall:scim:schemas:2.0:Department';

const DEPARTMENT_SCHEMA = {
  resourceType: 'Department',
  optional: [{ name: 'order', member: ['order'], permission: 'order' }],
  references: [{ name: 'parent', path: ['parent'], to: 'Department', isPlace: true }],
};

const USER_SCHEMA = {
  resourceType: 'User',
  optional: [
    { name: 'email', element: ['emails', 'work'], permission: 'email' },
    { name: 'mobile', element: ['phoneNumbers', 'mobile'], permission: 'mobile' },
    { name: 'title', member: ['title'], permission: 'title' },
    { name: 'employee_number', member: [ENTERPRISE, 'employeeNumber'], permission: 'employee_number' },
    { name: 'manager', member: [ENTERPRISE, 'manager'], permission: 'manager' },
  ],
  references: [
    { name: 'departments', path: [ORGANISATION, 'departments'], to: 'Department', isPlace: true },
    { name: 'manager', path: [ENTERPRISE, 'manager'], to: 'User' },
  ],
};

/** What the connector yields, parents first. */
export const SCHEMAS = [DEPARTMENT_SCHEMA, USER_SCHEMA];

/** The columns of a whole roster in which anybody has a value: where somebody else has none there, it is empty. */
export function filledColumns({ departments, people, errors }) {
  if (0 < errors) return [];
  const has = (items, name) => items.some((item) => item[name] !== undefined && item[name] !== UNCLEAR);
  const columns = {
    order: has(departments, 'order'),
    email: has(people, 'email'),
    mobile: has(people, 'mobile'),
    title: has(people, 'title'),
    employee_number: has(people, 'employeeNumber'),
    manager: has(people, 'manager'),
  };
  return Object.keys(columns).filter((name) => columns[name]);
}

/** What the roster says about a department. */
export function departmentDraft({ id, name, parent, order }, permissions) {
  const document = {
    schemas: [DEPARTMENT],
    externalId: id,
    displayName: name,
    parent: parent === undefined ? null : parent === UNCLEAR ? undefined : { value: parent },
    order: order?.toString(),
  };
  return draft(DEPARTMENT_SCHEMA, id, name, told(document), permissions);
}

/** What the roster says about a person. */
export function personDraft(person, permissions) {
  const { id, name, email, mobile, title, employeeNumber, departments, manager } = person;
  const hasManager = manager !== undefined && manager !== UNCLEAR;
  const document = {
    schemas: [USER, ENTERPRISE, ORGANISATION],
    externalId: id,
    userName: id,
    displayName: name,
    name: { formatted: name },
    active: true,
    emails: email && [{ type: 'work', value: email }],
    phoneNumbers: mobile && [{ type: 'mobile', value: mobile }],
    title,
    [ENTERPRISE]: extension({ employeeNumber, manager: hasManager ? { value: manager } : undefined }),
    [ORGANISATION]: extension({ departments: departments?.map((value) => ({ value })) }),
  };
  return draft(USER_SCHEMA, id, name, told(document), permissions);
}

/** Without what is not told. */
function told(document) {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== undefined));
}

/** An extension of which nothing is told is left out. */
function extension(members) {
  const document = told(members);
  return 0 < Object.keys(document).length ? document : undefined;
}
