export const sensitivityEn = {} as const;
