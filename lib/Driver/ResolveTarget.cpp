//===- ResolveTarget.cpp - what to compile for ------------------------------------------------------------===//

#include "ResolveTarget.h"

using namespace nibble;

llvm::Error nibble::resolveTarget(const TargetOptions &options, PipelineOptions &pipeline) {
  pipeline.target = findTarget(options.target);
  if (!pipeline.target) {
    std::string known;
    for (const TargetBackend *target : getTargets())
      known += (known.empty() ? "" : ", ") + target->getName().str();
    return llvm::createStringError("unknown target '" + options.target + "'; known: " + known);
  }
  llvm::Expected<CpuFacts> facts = pipeline.target->getCpuFacts(options.cpu);
  if (!facts)
    return facts.takeError();
  pipeline.cpu = *facts;
  return llvm::Error::success();
}

llvm::Error nibble::resolveHost(PipelineOptions &pipeline) {
  for (const TargetBackend *target : getTargets()) {
    llvm::Expected<CpuFacts> facts = target->getCpuFacts("native");
    if (facts) {
      pipeline.target = target;
      pipeline.cpu = *facts;
      return llvm::Error::success();
    }
    llvm::consumeError(facts.takeError());
  }
  return llvm::createStringError("no target compiles for this machine, which calibration has to run the model on; calibrate "
                                 "elsewhere with --save-calibration and give the file to --calibrate");
}
