//===- WithModels.h - passes that bring the dialect and its models along -------------------------------===//

#ifndef NIBBLE_INTERFACEMODELS_WITHMODELS_H
#define NIBBLE_INTERFACEMODELS_WITHMODELS_H

#include "nibble/InterfaceModels/InterfaceModels.h"

namespace nibble {

/// The generated base of a pass, with the nibble dialect and all models among what it depends on. So a pass works where only the pass
/// plugin was loaded, instead of finding nothing that it knows.
template <typename PassBase>
struct WithModels : public PassBase {
  using PassBase::PassBase;

  void getDependentDialects(mlir::DialectRegistry &registry) const override {
    PassBase::getDependentDialects(registry);
    registerDialectWithModels(registry);
  }
};

} // namespace nibble

#endif // NIBBLE_INTERFACEMODELS_WITHMODELS_H
