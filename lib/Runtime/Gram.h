//===- Gram.h - sums of products of the elements of patches ------------------------------------------===//

#ifndef NIBBLE_LIB_RUNTIME_GRAM_H
#define NIBBLE_LIB_RUNTIME_GRAM_H

#include "nibble/Numerics/GramLayout.h"
#include "nibble/Runtime/Observe.h"
#include <vector>

namespace nibble {

/// The Gram matrices of one array of a statistics file. A product of two f32 is exact in double; each sum takes its products in the
/// order of the patches, whatever the CPU.
class GramMatrices {
public:
  /// Takes in all patches of a buffer; all buffers of one array have patches of one length and as many groups.
  void update(const float *data, const nibble_patches &patches);
  const std::vector<double> &getSums() const { return sums; }

private:
  void addRows(const double *rows, int64_t numRows, int64_t group, const numerics::GramLayout &layout);

  std::vector<double> sums;
};

} // namespace nibble

#endif // NIBBLE_LIB_RUNTIME_GRAM_H
