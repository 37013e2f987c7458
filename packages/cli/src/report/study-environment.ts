import { connect } from 'node:net';
import os from 'node:os';
import { boxFromArray } from '@calque/core';
import type { Engine } from '@calque/engine';
import type { ModelStore, StoredModel } from '@calque/models/node';
import type { Access, QuickTest, StudyEnvironment, StudyModel } from '@calque/report';
import type { CliContext } from '../context.ts';
import type { DoctorReport } from '../doctor/examine.ts';
import { memory, processor, versions } from '../doctor/machine-facts.ts';
import { type SelfTest, selfTest } from '../doctor/self-test.ts';
import { tunnelCommand } from '../serve/tunnel-command.ts';
import { slurmJob } from './slurm-job.ts';

export interface ServedAt {
  readonly host: string;
  readonly port: number;
}

/** What `doctor` saw, the job and the way to the interface, as a report tells them. */
export async function studyEnvironment(
  context: CliContext,
  doctor: DoctorReport,
  at: ServedAt,
): Promise<StudyEnvironment> {
  const store = await context.openStore();
  const { versions, processor, memory } = doctor;
  return {
    system: `${os.type()} ${os.release()}`,
    versions,
    processor,
    memory,
    providers: (doctor.engine?.providers ?? []).map(({ name, ok, reason }) => ({
      name,
      ok,
      reason: reason ?? null,
    })),
    models: (await store.list()).map(studyModel),
    quickTest: quickTestOf(doctor.selfTest, doctor.engine),
    slurm: slurmJob(context.env),
    access: await accessAt(at),
    problems: doctor.problems.map(({ what }) => what),
  };
}

/** The same of a server that runs: its own engine is asked, so that no model is loaded twice. */
export async function servedEnvironment(
  context: CliContext,
  engine: Engine | null,
  { at, signal }: { readonly at: ServedAt; readonly signal: AbortSignal },
): Promise<StudyEnvironment> {
  const info = engine === null ? null : await engine.start({ signal });
  const test =
    engine === null || info === null
      ? null
      : await selfTest(engine, info, { folder: context.assetsFolder, signal });
  const store = await context.openStore();
  const ran =
    info === null ? null : { model: info.model.id, provider: info.model.provider, threads: info.threads };
  return {
    system: `${os.type()} ${os.release()}`,
    versions: await versions(),
    processor: await processor(),
    memory: memory(),
    providers: (info?.providers ?? []).map(({ name, ok, reason }) => ({ name, ok, reason: reason ?? null })),
    models: (await store.list()).map(studyModel),
    quickTest: quickTestOf(test, ran),
    slurm: slurmJob(context.env),
    access: await accessAt(at),
    problems: [],
  };
}

function studyModel({
  manifest,
  isDefault,
  state,
}: Awaited<ReturnType<ModelStore['list']>>[number]): StudyModel {
  const { id, description, licence, encoder, decoder } = manifest;
  return {
    id,
    isDefault,
    installed: isInstalled(state),
    description,
    licence: licence.spdx,
    files: [encoder, decoder].map(({ name, sha256, sizeBytes }) => ({ name, sha256, sizeBytes })),
    checkpoint: manifest.imported?.files.map(({ name }) => name).join(', ') ?? null,
  };
}

function isInstalled(state: StoredModel['state']): boolean {
  return state === 'installed';
}

function quickTestOf(
  test: SelfTest | null,
  engine: Pick<NonNullable<DoctorReport['engine']>, 'model' | 'provider' | 'threads'> | null,
): QuickTest | null {
  if (test === null || engine === null) return null;
  const { image, box, score, areaPx, iou, leastIou, timingsMs } = test;
  const size = { width: image.width, height: image.height };
  return {
    image: image.name,
    imageSize: size,
    maskSize: size,
    model: engine.model,
    provider: engine.provider,
    threads: engine.threads,
    box: boxFromArray(box),
    score,
    areaPx: areaPx.found,
    iou,
    leastIou,
    timingsMs,
  };
}

async function accessAt({ host, port }: ServedAt): Promise<Access> {
  return { host, port, tunnel: tunnelCommand(port), answered: await answers(host, port) };
}

const PATIENCE_MS = 500;

/** Whether something listens there. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE_MS });
    const end = (answered: boolean) => () => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', end(true));
    socket.once('timeout', end(false));
    socket.once('error', end(false));
  });
}
