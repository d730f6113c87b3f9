//===- PhaseRunner.cpp - phases, with a line of progress ------------------------------------------------------------===//

#include "PhaseRunner.h"

using namespace mlir;
using namespace nibble;

/// How long the phases take compared with each other: milliseconds for squeezenet on one core of a Zen 4 server. What they take elsewhere
/// differs in much the same way for all.
static int64_t getShare(Phase phase) {
  switch (phase) {
  case Phase::Import:
  case Phase::Calibrate:
  case Phase::Assign:
    return 20;
  case Phase::Normalize:
  case Phase::Quantize:
  case Phase::Fuse:
    return 100;
  case Phase::Lower:
    return 300;
  case Phase::Target:
    return 1500;
  }
  llvm_unreachable("all phases are named");
}

constexpr int64_t emissionShare = 2500;

static int64_t getShares(Phase first, Phase last) {
  int64_t sum = 0;
  for (const PhaseInfo &phase : getPhases())
    sum += phase.phase >= first && phase.phase <= last ? getShare(phase.phase) : 0;
  return sum;
}

PhaseRunner::PhaseRunner(StringRef label, Phase first, Phase last, bool emits)
    : progress(label, getShares(first, last) + (emits ? emissionShare : 0)) {}

void PhaseRunner::begin(StringRef name, int64_t share) {
  done += current;
  current = share;
  progress.update(done, name);
}

LogicalResult PhaseRunner::run(ModuleOp module, Phase first, Phase last, const PipelineOptions &options) {
  for (const PhaseInfo &phase : getPhases()) {
    if (phase.phase < first || phase.phase > last)
      continue;
    begin(phase.name, getShare(phase.phase));
    if (failed(runPhases(module, phase.phase, phase.phase, options)))
      return failure();
  }
  return success();
}

void PhaseRunner::beginEmission() { begin("code generation", emissionShare); }
