//===- Machine.cpp - the target machine ---------------------------------------------------------------===//

#include "Machine.h"
#include "nibble/Target/Emit/Emit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace nibble;

static void initializeTargets() {
  // Once is enough, and the registry is global.
  static const bool initialized = [] {
    InitializeAllTargetInfos();
    InitializeAllTargets();
    InitializeAllTargetMCs();
    InitializeAllAsmParsers();
    InitializeAllAsmPrinters();
    return true;
  }();
  (void)initialized;
}

/// The CPU and the features of this machine: a virtual one may lack what its processor's name promises.
static MachineOptions getHostOptions(const MachineOptions &options) {
  MachineOptions host = options;
  host.cpu = sys::getHostCPUName().str();
  SmallVector<std::string> features;
  for (const auto &feature : sys::getHostCPUFeatures())
    features.push_back((feature.second ? "+" : "-") + feature.first().str());
  // The map has no order of its own, and files must not depend on it.
  llvm::sort(features);
  if (!options.features.empty())
    features.push_back(options.features);
  host.features = join(features, ",");
  return host;
}

static Error checkCpu(const Target &target, const Triple &triple, const MachineOptions &options) {
  std::unique_ptr<MCSubtargetInfo> facts(target.createMCSubtargetInfo(triple, "", ""));
  if (!options.cpu.empty() && !facts->isCPUStringValid(options.cpu))
    return createStringError("expected the name of a CPU of %s, got '%s'", triple.getArchName().str().c_str(),
                             options.cpu.c_str());
  SmallVector<StringRef> features;
  StringRef(options.features).split(features, ',', -1, /*KeepEmpty=*/false);
  for (StringRef feature : features) {
    StringRef name = feature.drop_front();
    bool isKnown = any_of(facts->getAllProcessorFeatures(), [&](const SubtargetFeatureKV &kv) { return name == kv.Key; });
    // What the host reports and LLVM's code generator has no name for makes no difference to the code.
    if (!feature.starts_with("-") && (!feature.starts_with("+") || !isKnown))
      return createStringError("expected +FEATURE or -FEATURE of %s, got '%s'", triple.getArchName().str().c_str(),
                               feature.str().c_str());
  }
  return Error::success();
}

Expected<std::unique_ptr<TargetMachine>> nibble::createTargetMachine(const MachineOptions &requested) {
  initializeTargets();
  Triple triple(requested.triple.empty() ? sys::getDefaultTargetTriple() : Triple::normalize(requested.triple));
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return createStringError("unknown target '%s'", triple.str().c_str());
  if (!triple.isOSBinFormatELF())
    return createStringError("expected a target with ELF files, got '%s'", triple.str().c_str());
  MachineOptions options = requested.cpu == "native" ? getHostOptions(requested) : requested;
  if (Error error = checkCpu(*target, triple, options))
    return std::move(error);
  TargetOptions targetOptions;
  // Every float operation is rounded on its own (docs/Spec.md).
  targetOptions.AllowFPOpFusion = FPOpFusion::Strict;
  targetOptions.FunctionSections = targetOptions.DataSections = true;
  std::unique_ptr<TargetMachine> machine(target->createTargetMachine(triple, options.cpu, options.features, targetOptions,
                                                                     Reloc::PIC_, std::nullopt,
                                                                     CodeGenOptLevel::Aggressive));
  if (!machine)
    return createStringError("LLVM cannot generate code for '%s'", triple.str().c_str());
  return machine;
}

RequiredFeatures nibble::getRequiredFeatures(const TargetMachine &machine) {
  RequiredFeatures required;
  if (machine.getTargetTriple().getArch() != Triple::x86_64)
    return required;
  const MCSubtargetInfo &facts = *machine.getMCSubtargetInfo();
  SmallVector<StringRef> names;
#define NIBBLE_CPU_FEATURE(bit, name, ...)                                                                                     \
  if (facts.checkFeatures("+" name)) {                                                                                         \
    required.bits |= UINT64_C(1) << (bit);                                                                                     \
    names.push_back(name);                                                                                                     \
  }
#include "nibble/Runtime/CpuFeatures.def"
  required.names = join(names, ",");
  return required;
}
