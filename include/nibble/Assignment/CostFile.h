//===- CostFile.h - what each scheme of each layer costs, in a file ----------------------------------------------------===//
//
// docs/Spec.md, "Cost file". What `nibble costs` writes, a person may edit and `nibble assign` reads.
//
//===-------------------------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_ASSIGNMENT_COSTFILE_H
#define NIBBLE_ASSIGNMENT_COSTFILE_H

#include "llvm/Support/Error.h"
#include <map>
#include <string>
#include <vector>

namespace nibble::assignment {

/// A time, and whether a clock said so.
struct Duration {
  double nanoseconds = 0;
  bool isMeasured = true;
};

/// What one layer with one scheme costs.
struct Cost {
  Duration time;
  /// Of weights, scales and whatever else the compiled program keeps for it.
  int64_t bytes = 0;
  /// How it reads its activations: "float", or a scheme of codes.
  std::string reads;
};

/// A layer as rules of recipes see it, with its costs by the name of the candidate, a recipe.
struct LayerCosts {
  std::string name, op;
  int64_t numWeights = 0;
  std::map<std::string, Cost> costs;
};

/// What it takes, beyond the costs of both, that the layer `to` reads the result of `from` in another way than `from` reads its own.
struct BorderCosts {
  struct Crossing {
    std::string from, to;
    Duration time;
  };

  std::string from, to;
  std::vector<Crossing> crossings;
};

struct CostFile {
  std::string model;
  /// Of the layers with their weights, as in the loss file.
  std::string modelDigest;
  /// What it was measured on: the target, the CPU and the level of its kernels.
  std::string target, cpu, level;
  /// In program order.
  std::vector<LayerCosts> layers;
  std::vector<BorderCosts> borders;
  /// Names of layers that read one value.
  std::vector<std::vector<std::string>> sharedInputs;

  /// Errors begin with the path and say where in the file.
  static llvm::Expected<CostFile> load(llvm::StringRef path);
  static llvm::Expected<CostFile> parse(llvm::StringRef text, llvm::StringRef source);
  std::string format() const;
  /// Whole or not at all.
  llvm::Error save(llvm::StringRef path) const;
};

} // namespace nibble::assignment

#endif // NIBBLE_ASSIGNMENT_COSTFILE_H
