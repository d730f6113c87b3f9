//===- Facts.cpp - what the x86 kernels know of a CPU -----------------------------------------------===//

#include "Facts.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace nibble;
using namespace nibble::x86;

namespace {
struct LevelFacts {
  StringRef name;
  /// LLVM's CPU and features for a program that only assumes the level.
  StringRef llvmCpu, llvmFeatures;
  /// LLVM's schedule for "some x86 CPU" moves loads away from the products that use them, for which there are no registers.
  StringRef llvmTuneCpu;
  /// What a CPU must have, as LLVM writes it.
  StringRef required;
  unsigned vectorSizeInBytes, numVectorRegisters;
};
} // namespace

static constexpr LevelFacts levels[] = {
    {"avx2", "x86-64-v3", "", "haswell", "+avx2,+fma", 32, 16},
    {"avxvnni", "x86-64-v3", "+avxvnni", "alderlake", "+avx2,+fma,+avxvnni", 32, 16},
    {"avx512vnni", "x86-64-v4", "+avx512vnni", "sapphirerapids", "+avx512vl,+avx512bw,+avx512vnni", 64, 32},
};

// The smallest caches among the CPUs that have the levels; kernels blocked for them are right for larger ones.
static constexpr int64_t l1SizeInBytes = 32 << 10, l2SizeInBytes = 1 << 20;

ArrayRef<StringRef> x86::getLevelNames() {
  static const SmallVector<StringRef> names = to_vector(map_range(levels, [](const LevelFacts &f) { return f.name; }));
  return names;
}

Level x86::getLevel(const CpuFacts &facts) {
  return static_cast<Level>(find(getLevelNames(), facts.level) - getLevelNames().begin());
}

static CpuFacts makeFacts(const LevelFacts &level, StringRef name, StringRef llvmCpu, StringRef llvmFeatures,
                          StringRef llvmTuneCpu = "") {
  return {name.str(),   level.name.str(),          llvmCpu.str(),
          // Kernels are written for whole registers: keep LLVM from halving the vectors around the intrinsics.
          level.vectorSizeInBytes < 64 ? llvmFeatures.str()
                                       : (llvmFeatures + (llvmFeatures.empty() ? "" : ",") + "-prefer-256-bit").str(),
          llvmTuneCpu.str(), level.vectorSizeInBytes, level.numVectorRegisters, l1SizeInBytes, l2SizeInBytes};
}

/// LLVM's description of a processor; null when it does not know the name.
static std::unique_ptr<MCSubtargetInfo> getSubtarget(StringRef cpu) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  Triple triple("x86_64-unknown-linux-gnu");
  std::string error;
  const Target *target = TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  std::unique_ptr<MCSubtargetInfo> baseline(target->createMCSubtargetInfo(triple, "x86-64", ""));
  if (!baseline->isCPUStringValid(cpu))
    return nullptr;
  return std::unique_ptr<MCSubtargetInfo>(target->createMCSubtargetInfo(triple, cpu, ""));
}

Expected<CpuFacts> x86::getCpuFacts(StringRef cpu) {
  for (const LevelFacts &level : levels)
    if (cpu == level.name)
      return makeFacts(level, level.name, level.llvmCpu, level.llvmFeatures, level.llvmTuneCpu);

  bool isNative = cpu == "native";
  std::string name = isNative ? sys::getHostCPUName().str() : cpu.str();
  std::unique_ptr<MCSubtargetInfo> subtarget = getSubtarget(name);
  if (!subtarget)
    return createStringError("unknown x86 CPU '" + cpu.str() + "'; expected native, " + join(getLevelNames(), ", ") +
                             " or a processor that LLVM knows");
  // A virtual machine may hide what the processor has, so the host is asked for each feature.
  StringMap<bool> hostFeatures = isNative ? sys::getHostCPUFeatures() : StringMap<bool>();
  auto hasAll = [&](StringRef features) {
    SmallVector<StringRef> parts;
    features.split(parts, ',');
    return all_of(parts, [&](StringRef feature) {
      return isNative ? hostFeatures.lookup(feature.drop_front()) : subtarget->checkFeatures(feature.str());
    });
  };
  // For "native" the code generator asks the host again: what a virtual machine hides must not be used either.
  for (const LevelFacts &level : reverse(levels))
    if (hasAll(level.required))
      return makeFacts(level, cpu, cpu, "");
  return createStringError("the x86 CPU '" + name + "' has no AVX2, which is the least that kernels are written for");
}

bool x86::hasBytePermutes(const CpuFacts &facts) {
  if (getLevel(facts) != Level::Avx512Vnni)
    return false;
  if (facts.llvmCpu == "native")
    return sys::getHostCPUFeatures().lookup("avx512vbmi");
  std::unique_ptr<MCSubtargetInfo> subtarget = getSubtarget(facts.llvmCpu);
  return subtarget && subtarget->checkFeatures("+avx512vbmi");
}

mlir::FailureOr<CpuFacts> x86::getCpuFactsOrEmit(StringRef cpu, mlir::Operation *op) {
  Expected<CpuFacts> facts = getCpuFacts(cpu);
  if (facts)
    return *facts;
  op->emitError() << toString(facts.takeError());
  return mlir::failure();
}
