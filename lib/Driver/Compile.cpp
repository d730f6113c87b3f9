//===- Compile.cpp - a model file to a program ----------------------------------------------------------------===//

#include "nibble/Driver/Compile.h"
#include "AutoRecipe.h"
#include "PhaseRunner.h"
#include "ResolveTarget.h"
#include "nibble/Driver/Calibrate.h"
#include "nibble/Support/OutputFiles.h"
#include "nibble/Transforms/Passes.h"
#include "mlir/IR/AsmState.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace nibble;

static llvm::Error makeError(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

/// What a program is compiled for decides where it runs: said, not assumed.
static void announceCpu(const TargetOptions &options, const CpuFacts &facts) {
  bool isNative = options.cpu == "native";
  llvm::errs() << "compiling for " << (isNative ? llvm::sys::getHostCPUName() : options.cpu)
               << (isNative ? ", the CPU of this machine" : "") << ", with " << facts.level << " kernels"
               << (isNative ? " (--cpu takes another)" : "") << "\n";
}

/// The first phase that a loaded module has not gone through.
static Phase getFirstPhase(const Session &session) {
  return session.getLastPhase() ? static_cast<Phase>(static_cast<int>(*session.getLastPhase()) + 1) : Phase::Import;
}

/// Runs the phases that are left up to `last`, calibrating on the way when the recipe asks for it. `runner` is made for the phases
/// after calibration, for what the caller has to show behind them.
static llvm::Error runToPhase(Session &session, ModuleOp module, Phase last, const QuantizeOptions &quantize,
                              PipelineOptions &pipeline, std::optional<PhaseRunner> &runner) {
  pipeline.recipe = quantize.recipe;
  pipeline.requireInteger = quantize.requireInteger;
  PassManager beforePhases(&session.getContext());
  beforePhases.addPass(createEraseChecksPass());
  if (failed(beforePhases.run(module)))
    return Session::reported("the checks of the model were not removed");
  Phase first = getFirstPhase(session), beforeData = std::min(last, Phase::Normalize);
  if (failed(PhaseRunner("preparing", first, beforeData).run(module, first, beforeData, pipeline)))
    return Session::reported("phase normalize failed");
  CalibrationResult calibration;
  if (first <= Phase::Calibrate && last >= Phase::Calibrate)
    if (llvm::Error error = calibrate(session, module, quantize).moveInto(calibration))
      return error;
  if (!calibration.getFile().empty())
    pipeline.statistics = {calibration.getFile()};
  first = std::max(first, Phase::Calibrate);
  runner.emplace("compiling", first, last, /*emits=*/last == Phase::Target);
  if (failed(runner->run(module, first, last, pipeline)))
    return Session::reported("the model was not compiled");
  return llvm::Error::success();
}

/// Runs all phases that are left.
static llvm::Expected<ProgramInfo> runAllPhases(Session &session, ModuleOp module, const QuantizeOptions &quantize,
                                                PipelineOptions &pipeline, std::optional<PhaseRunner> &runner) {
  if (llvm::Error error = runToPhase(session, module, Phase::Target, quantize, pipeline, runner))
    return std::move(error);
  FailureOr<ProgramInfo> info = ProgramInfo::get(module);
  if (failed(info))
    return Session::reported("the model was not compiled");
  return std::move(*info);
}

llvm::Error nibble::compileToPhase(Session &session, ModuleOp module, Phase last, const QuantizeOptions &quantize,
                                   const TargetOptions &target) {
  PipelineOptions pipeline;
  if (llvm::Error error = resolveTarget(target, pipeline))
    return error;
  std::optional<PhaseRunner> runner;
  if (llvm::Error error = runToPhase(session, module, last, quantize, pipeline, runner))
    return error;
  session.noteLastPhase(last);
  return llvm::Error::success();
}

llvm::Expected<CompiledModel> nibble::compileInProcess(Session &session, ModuleOp module, const QuantizeOptions &quantize,
                                                       const TargetOptions &target) {
  PipelineOptions pipeline;
  if (llvm::Error error = resolveTarget(target, pipeline))
    return std::move(error);
  std::optional<PhaseRunner> runner;
  llvm::Expected<ProgramInfo> info = runAllPhases(session, module, quantize, pipeline, runner);
  if (!info)
    return info.takeError();
  runner->beginEmission();
  CompiledModel compiled;
  compiled.weightBytes = info->weights.size();
  JitOptions jit;
  jit.machine = {pipeline.target->getDefaultTriple(), pipeline.cpu.llvmCpu, pipeline.cpu.llvmFeatures};
  if (llvm::Error error = Program::compile(module, *info, jit).moveInto(compiled.program))
    return std::move(error);
  return compiled;
}

/// Writes IR to a file, whole or not at all, or to standard output ("-").
static llvm::Error writeIr(ModuleOp module, const CompileOptions &options) {
  OpPrintingFlags flags;
  // The names of nodes are locations; files are read again, and statistics are found by name.
  bool isFile = options.output != "-";
  if (isFile)
    flags.enableDebugInfo();
  if (options.elideWeights)
    flags.elideLargeElementsAttrs().elideLargeResourceString();
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, flags);
  stream << "\n";
  if (isFile)
    return writeFile(options.output, text);
  llvm::outs() << text;
  return llvm::Error::success();
}

namespace {
/// What the options ask for: a kind of program, or the IR after a phase.
struct Goal {
  std::optional<EmitKind> kind;
  Phase last = Phase::Target;
};
} // namespace

static llvm::Expected<Goal> getGoal(const CompileOptions &options) {
  Goal goal;
  goal.kind = getEmitKind(options.emit);
  if (!goal.kind && options.emit != "mlir")
    return makeError("unknown kind of output '" + options.emit + "'; known: exe, object, static, shared, asm, llvm, mlir");
  if (options.compileTo.empty())
    return goal;
  const PhaseInfo *phase = findPhase(options.compileTo);
  if (phase)
    return Goal{std::nullopt, phase->phase};
  std::string known;
  for (const PhaseInfo &info : getPhases())
    known += (known.empty() ? "" : ", ") + info.name.str();
  return makeError("unknown phase '" + options.compileTo + "'; the phases are " + known);
}

/// What would be found out after minutes of work otherwise.
static llvm::Error checkOutput(const CompileOptions &options, const Goal &goal) {
  if (options.output != "-")
    return checkOutputPath(options.output);
  if (goal.kind && !isTextKind(*goal.kind))
    return makeError("--emit=" + options.emit + " writes a file: expected -o FILE, got '-'");
  return llvm::Error::success();
}

static llvm::Error compileTo(Phase last, Session &session, ModuleOp module, const CompileOptions &options,
                             PipelineOptions &pipeline) {
  std::optional<PhaseRunner> runner;
  if (llvm::Error error = runToPhase(session, module, last, options.quantize, pipeline, runner))
    return error;
  Session::setLastPhase(module, std::max(last, session.getLastPhase().value_or(last)));
  return writeIr(module, options);
}

llvm::Error nibble::compileModel(const CompileOptions &given) {
  CompileOptions options = given;
  llvm::Expected<Goal> goal = getGoal(options);
  if (!goal)
    return goal.takeError();
  PipelineOptions pipeline;
  if (llvm::Error error = checkOutput(options, *goal))
    return error;
  if (llvm::Error error = resolveTarget(options.target, pipeline))
    return error;
  if (goal->last >= Phase::Lower)
    announceCpu(options.target, pipeline.cpu);
  llvm::Expected<DecidedOptions> decided = DecidedOptions::get(options.model, options.quantize, options.target);
  if (!decided)
    return decided.takeError();
  options.quantize = decided->getOptions();

  Session session;
  llvm::Expected<OwningOpRef<ModuleOp>> module = session.loadModelFor(options.quantize.recipe, options.model);
  if (!module)
    return module.takeError();
  if (!goal->kind)
    return compileTo(goal->last, session, **module, options, pipeline);
  std::optional<PhaseRunner> runner;
  llvm::Expected<ProgramInfo> info = runAllPhases(session, **module, options.quantize, pipeline, runner);
  if (!info)
    return info.takeError();
  runner->beginEmission();
  EmitOptions emit;
  emit.kind = *goal->kind;
  emit.machine = {pipeline.target->getDefaultTriple(), pipeline.cpu.llvmCpu, pipeline.cpu.llvmFeatures};
  emit.maxThreads = options.threads;
  return emitProgram(**module, *info, emit, options.output);
}
