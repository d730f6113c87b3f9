//===- TargetBackend.cpp - the registry of targets --------------------------------------------------===//

#include "nibble/Target/TargetBackend.h"
#include "llvm/ADT/STLExtras.h"

namespace nibble {

#define NIBBLE_TARGET(Name) const TargetBackend &get##Name##Backend();
#include "nibble/Target/Targets.def"

llvm::ArrayRef<const TargetBackend *> getTargets() {
  static const TargetBackend *const targets[] = {
#define NIBBLE_TARGET(Name) &get##Name##Backend(),
#include "nibble/Target/Targets.def"
  };
  return targets;
}

const TargetBackend *findTarget(llvm::StringRef name) {
  llvm::ArrayRef<const TargetBackend *> targets = getTargets();
  const auto *found = llvm::find_if(targets, [&](const TargetBackend *target) { return target->getName() == name; });
  return found == targets.end() ? nullptr : *found;
}

} // namespace nibble
