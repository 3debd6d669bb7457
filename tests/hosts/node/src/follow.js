export async function follow() {}
