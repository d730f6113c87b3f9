//===- Compile.cpp - a model file to a program ----------------------------------------------------------------===//

#include "nibble/Driver/Compile.h"
#include "nibble/Driver/Calibrate.h"
#include "mlir/IR/AsmState.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;
using namespace nibble;

/// The target called `options.target`, and the facts of its CPU.
static llvm::Error resolveTarget(const TargetOptions &options, PipelineOptions &pipeline) {
  pipeline.target = findTarget(options.target);
  if (!pipeline.target) {
    std::string known;
    for (const TargetBackend *target : getTargets())
      known += (known.empty() ? "" : ", ") + target->getName().str();
    return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                   "unknown target '" + options.target + "'; known: " + known);
  }
  llvm::Expected<CpuFacts> facts = pipeline.target->getCpuFacts(options.cpu);
  if (!facts)
    return facts.takeError();
  pipeline.cpu = *facts;
  return llvm::Error::success();
}

/// Runs the phases up to `last`, calibrating on the way when the recipe asks for it.
static llvm::Error runToPhase(Session &session, ModuleOp module, Phase last, const QuantizeOptions &quantize,
                              PipelineOptions &pipeline) {
  pipeline.recipe = quantize.recipe;
  if (failed(runPhases(module, Phase::Import, std::min(last, Phase::Normalize), pipeline)))
    return Session::reported("phase normalize failed");
  if (last <= Phase::Normalize)
    return llvm::Error::success();
  llvm::Expected<CalibrationResult> calibration = calibrate(session, module, quantize, pipeline);
  if (!calibration)
    return calibration.takeError();
  pipeline.statistics = calibration->getFiles();
  pipeline.requireInteger = quantize.requireInteger;
  if (failed(runPhases(module, Phase::Calibrate, last, pipeline)))
    return Session::reported("the model was not compiled");
  return llvm::Error::success();
}

llvm::Expected<ProgramInfo> nibble::lowerModel(Session &session, ModuleOp module, const QuantizeOptions &quantize,
                                               const TargetOptions &target) {
  PipelineOptions pipeline;
  if (llvm::Error error = resolveTarget(target, pipeline))
    return std::move(error);
  if (llvm::Error error = runToPhase(session, module, Phase::Lower, quantize, pipeline))
    return std::move(error);
  FailureOr<ProgramInfo> info = ProgramInfo::get(module);
  if (failed(info) || failed(runPhases(module, Phase::Target, Phase::Target, pipeline)))
    return Session::reported("the model was not compiled");
  return std::move(*info);
}

llvm::Expected<std::unique_ptr<Program>> nibble::compileInProcess(Session &session, ModuleOp module,
                                                                  const QuantizeOptions &quantize,
                                                                  const TargetOptions &target) {
  llvm::Expected<ProgramInfo> info = lowerModel(session, module, quantize, target);
  if (!info)
    return info.takeError();
  return Program::compile(module, *info);
}

/// Writes IR to a file, whole or not at all, or to standard output ("-").
static llvm::Error writeIr(ModuleOp module, const CompileOptions &options) {
  std::error_code code;
  llvm::ToolOutputFile file(options.output, code, llvm::sys::fs::OF_Text);
  if (code)
    return llvm::createStringError(code, "cannot write '" + options.output + "': " + code.message());
  OpPrintingFlags flags;
  if (options.elideWeights)
    flags.elideLargeElementsAttrs().elideLargeResourceString();
  module.print(file.os(), flags);
  file.os() << "\n";
  file.keep();
  return llvm::Error::success();
}

llvm::Error nibble::compileModel(const CompileOptions &options) {
  const PhaseInfo *stop = nullptr;
  if (!options.compileTo.empty() && !(stop = findPhase(options.compileTo))) {
    std::string known;
    for (const PhaseInfo &phase : getPhases())
      known += (known.empty() ? "" : ", ") + phase.name.str();
    return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                   "unknown phase '" + options.compileTo + "'; the phases are " + known);
  }
  std::optional<EmitKind> kind = getEmitKind(options.emit);
  if (!kind && options.emit != "mlir")
    return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                   "unknown kind of output '" + options.emit +
                                       "'; known: exe, object, static, shared, asm, llvm, mlir");

  Session session;
  llvm::Expected<OwningOpRef<ModuleOp>> module = session.loadModel(options.model);
  if (!module)
    return module.takeError();
  if (stop || !kind) {
    PipelineOptions pipeline;
    if (llvm::Error error = resolveTarget(options.target, pipeline))
      return error;
    Phase last = stop ? stop->phase : Phase::Target;
    if (llvm::Error error = runToPhase(session, **module, last, options.quantize, pipeline))
      return error;
    return writeIr(**module, options);
  }

  llvm::Expected<ProgramInfo> info = lowerModel(session, **module, options.quantize, options.target);
  if (!info)
    return info.takeError();
  PipelineOptions pipeline;
  if (llvm::Error error = resolveTarget(options.target, pipeline))
    return error;
  EmitOptions emit;
  emit.kind = *kind;
  emit.machine = {pipeline.target->getDefaultTriple(), pipeline.cpu.llvmCpu, pipeline.cpu.llvmFeatures};
  emit.defaultThreads = options.target.threads;
  return emitProgram(**module, *info, emit, options.output);
}
