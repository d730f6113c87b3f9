//===- Peak.h - what one core can do at most ----------------------------------------------------------===//

#ifndef NIBBLE_TOOLS_NIBBLE_BENCH_PEAK_H
#define NIBBLE_TOOLS_NIBBLE_BENCH_PEAK_H

namespace nibble {

/// Operations per second of one core in independent dot products of bytes with the widest vectors that it has, a product and
/// its addition counting as two; 0 when it has no such instruction. The best of at least three stretches of about `seconds`
/// each: over long ones a machine that is not alone does a few percent less than over short ones, so they should take as long
/// as what is compared with them.
double measurePeakInt8Operations(double seconds);

/// The same for fused multiplications and additions of f32.
double measurePeakFloatOperations(double seconds);

} // namespace nibble

#endif // NIBBLE_TOOLS_NIBBLE_BENCH_PEAK_H
