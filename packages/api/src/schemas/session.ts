import { type Static, Type } from 'typebox';

/** What an account may do; each may do what the ones before it may. */
export const ROLES = ['viewer', 'annotator', 'admin'] as const;
export type Role = (typeof ROLES)[number];
export const RoleSchema = Type.Union([
  Type.Literal('viewer'),
  Type.Literal('annotator'),
  Type.Literal('admin'),
]);

/** Who this browser is to the server. */
export const SessionSchema = Type.Object({
  /** Whether people have accounts; where they have none, the access token lets in. */
  accounts: Type.Boolean(),
  /** Null where nobody is signed in, or there are no accounts. */
  name: Type.Union([Type.String(), Type.Null()]),
  /** Null where nobody is let in. */
  role: Type.Union([RoleSchema, Type.Null()]),
});
export type Session = Static<typeof SessionSchema>;

/** The access token, or name and password of an account. */
export const LogInSchema = Type.Union([
  Type.Object({ token: Type.String({ maxLength: 200 }) }, { additionalProperties: false }),
  Type.Object(
    { name: Type.String({ maxLength: 64 }), password: Type.String({ maxLength: 256 }) },
    { additionalProperties: false },
  ),
]);
