//===- Configuration.h - what a checkpoint's JSON files say of its quantization ---------------------------===//

#ifndef NIBBLE_LIB_IMPORT_CHECKPOINT_CONFIGURATION_H
#define NIBBLE_LIB_IMPORT_CHECKPOINT_CONFIGURATION_H

#include "llvm/Support/Error.h"
#include <optional>
#include <string>

namespace nibble::checkpoint {

/// Settings that tensors do not show. Absent where no file has them.
struct Configuration {
  /// Inputs that share a scale; not above 0 for all of a row.
  std::optional<int64_t> groupSize;
  /// Of GPTQ: `gptq` (zero points stored less 1), `gptq_v2` or what is refused by name.
  std::string gptqFormat = "gptq";
  /// Of AWQ: `gemm` or what is refused by name.
  std::string awqVersion = "gemm";

  /// Of the first file that is there: `quantize_config.json`, `quant_config.json`, and `quantization_config` in
  /// `config.json`, in the folder of the file at `path`.
  static llvm::Expected<Configuration> readBeside(llvm::StringRef path);
};

} // namespace nibble::checkpoint

#endif // NIBBLE_LIB_IMPORT_CHECKPOINT_CONFIGURATION_H
