//===- GramLayout.h - how the Gram matrices of patches are stored -----------------------------------===//
//
// docs/Spec.md, "Gram matrices". Written by lib/Runtime/Gram.cpp, read by the passes that round weights.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_NUMERICS_GRAMLAYOUT_H
#define NIBBLE_NUMERICS_GRAMLAYOUT_H

#include <algorithm>
#include <cstdint>

namespace nibble::numerics {

/// The sums of products of pairs of elements of patches: of each group, a symmetric matrix for each span of neighbouring places, of
/// which the upper triangle is kept row by row. Products of elements of different spans are not kept, so that memory grows with
/// the length of patches and not with its square: at most 8 KiB in doubles for each place of each group.
struct GramLayout {
  /// The places of a span; the last one of a group has those that are left.
  static constexpr int64_t maxSpanSize = 2048;

  int64_t numGroups;
  /// The elements of a patch that lie in one group.
  int64_t length;

  int64_t getNumSpans() const { return (length + maxSpanSize - 1) / maxSpanSize; }
  int64_t getSpanSize(int64_t span) const { return std::min(maxSpanSize, length - span * maxSpanSize); }
  static int64_t getTriangleSize(int64_t size) { return size * (size + 1) / 2; }
  /// Where the triangle of a span of a group begins.
  int64_t getBegin(int64_t group, int64_t span) const { return group * getGroupSize() + span * getTriangleSize(maxSpanSize); }
  /// The number of elements of all triangles.
  int64_t getSize() const { return numGroups * getGroupSize(); }

private:
  int64_t getGroupSize() const {
    int64_t whole = length / maxSpanSize;
    return whole * getTriangleSize(maxSpanSize) + getTriangleSize(length - whole * maxSpanSize);
  }
};

} // namespace nibble::numerics

#endif // NIBBLE_NUMERICS_GRAMLAYOUT_H
