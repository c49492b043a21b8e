/** Go's struct fields by JSON name, for each struct type: whether the field is a pointer. */
export type GoFields = ReadonlyMap<string, ReadonlyMap<string, {readonly pointer: boolean}>>;

/**
 * Reads the struct types out of gofmt'd Go source, embedded structs (`json:",inline"`) flattened into their owners.
 * The OpenAPI does not tell `bool` from `*bool`, and the difference is whether the API keeps an explicit zero.
 */
export function goFields(source: string): GoFields {
  const structs = new Map<string, {fields: Map<string, {pointer: boolean}>; embedded: string[]}>();
  for (const [, name = '', body = ''] of source.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
    const fields = new Map<string, {pointer: boolean}>();
    const embedded: string[] = [];
    for (const line of body.split('\n')) {
      const match = /^\t(?:(\w+)\s+)?(\*?)([\w.[\]*]+)\s+`json:"([^",]*)([^"]*)"/.exec(line);
      if (match === null) continue;
      const [, , star, type = '', json = '', options = ''] = match;
      if (json === '' && options.includes('inline')) embedded.push(type);
      else fields.set(json, {pointer: star === '*'});
    }
    structs.set(name, {fields, embedded});
  }
  const flat = (name: string): Map<string, {pointer: boolean}> => {
    const struct = structs.get(name);
    if (struct === undefined) return new Map();
    return new Map([...struct.fields, ...struct.embedded.flatMap((inner) => [...flat(inner)])]);
  };
  return new Map([...structs.keys()].map((name) => [name, flat(name)]));
}
