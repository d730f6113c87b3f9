// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-scale-channels-awq{statistics=%S/Inputs/gram.json}))' --remark-format=emitRemark --remarks-filter='nibble.*' > %t 2> %t.remarks
// RUN: FileCheck %s --input-file %t
// RUN: FileCheck %s --input-file %t.remarks --check-prefix=REMARK
// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-scale-channels-awq{statistics=%S/Inputs/gram.json},nibble-encode-weights-gptq{statistics=%S/Inputs/gram.json}))' | FileCheck %s --check-prefix=GPTQ

// A weight of 0.4 that is multiplied with 16, and a scale of 1: rounding takes 0.16 * 256 from the squared output. With the factors 4^0.9 and 4^-0.9 the
// weights become 1.393, which is 4.85 units of 2.01 / 7 and off by 0.15 * 0.287 / 3.48, and 2.01: 0.039 are left, the least of all exponents.
// CHECK-LABEL: @salient
// CHECK-DAG: %[[X:.*]] = nibble.observe
// CHECK-DAG: %[[RECIPROCALS:.*]] = arith.constant dense<[0.287174582, 3.48220229]> : tensor<2xf32>
// CHECK: %[[SCALED:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[RECIPROCALS]] : tensor<1x2xf32>, tensor<2xf32>)
// CHECK: arith.mulf
// CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}1.39288092, 1.39288092], [2.01022196, 2.01022196]]> : tensor<2x2xf32>
// CHECK: nibble.contract ins(%[[SCALED]], %[[W]]
func.func @salient(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %init = tensor.empty() : tensor<1x2xf32>
  %w = arith.constant dense<[[0.4, 0.4], [7.0, 7.0]]> : tensor<2x2xf32>
  %0 = nibble.observe %x "salient" : tensor<1x2xf32> -> tensor<1x2xf32>
  %y = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2xf32>)
         {nibble.schemes = {channel_scaling = "awq", filter = #nibble.scheme<s4 narrow, block = [0, 1]>}} -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// Two readers share the factors; the third wants none. Rounding by the input knows the factors behind its probe.
// CHECK-LABEL: @shared
// CHECK: %[[X:.*]] = nibble.observe
// CHECK: %[[SCALED:.*]] = linalg.generic
// CHECK: nibble.contract ins(%[[SCALED]],
// CHECK: nibble.contract ins(%[[SCALED]],
// CHECK: nibble.contract ins(%[[X]],
// GPTQ-LABEL: @shared
// GPTQ: %[[A:.*]] = nibble.dequantize
// GPTQ: nibble.contract ins(%{{.*}}, %[[A]] :
func.func @shared(%x: tensor<1x2xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>) {
  %init = tensor.empty() : tensor<1x1xf32>
  %w = arith.constant dense<[[0.4], [7.0]]> : tensor<2x1xf32>
  %0 = nibble.observe %x "salient" : tensor<1x2xf32> -> tensor<1x2xf32>
  %a = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {channel_scaling = "awq", filter = #nibble.scheme<s4 narrow, block = [0, 1]>, round_by = "gptq"}} -> tensor<1x1xf32>
  %b = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {channel_scaling = "awq", filter = #nibble.scheme<s4 narrow, block = [0, 1]>}} -> tensor<1x1xf32>
  %c = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {filter = #nibble.scheme<s4 narrow, block = [0, 1]>}} -> tensor<1x1xf32>
  return %a, %b, %c : tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>
}

// -----

// Weights that are codes already are rounded best as they are.
// CHECK-LABEL: @exact
// CHECK-NOT: linalg.generic
func.func @exact(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %init = tensor.empty() : tensor<1x1xf32>
  %w = arith.constant dense<[[1.0], [7.0]]> : tensor<2x1xf32>
  %0 = nibble.observe %x "salient" : tensor<1x2xf32> -> tensor<1x2xf32>
  %y = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {channel_scaling = "awq", filter = #nibble.scheme<s4 narrow, block = [0, 1]>}} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// CHECK-LABEL: @left
// CHECK-NOT: linalg.generic
// REMARK: remark: {{.*}}[Missed] awq | Category:nibble-quantize | {{.*}}Reason="its input is stored with one scale, for what it was before scaling", Remark="the channels that 'a' reads are not scaled"
// REMARK: remark: {{.*}}[Missed] awq | Category:nibble-quantize | {{.*}}Reason="there is no probe on its input", Remark="the channels that 'b' reads are not scaled"
// REMARK: remark: {{.*}}[Missed] awq | Category:nibble-quantize | {{.*}}Reason="its filter is computed at run time", Remark="the channels that 'c' reads are not scaled"
func.func @left(%x: tensor<1x2xf32>, %v: tensor<2x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>) {
  %init = tensor.empty() : tensor<1x1xf32>
  %w = arith.constant dense<[[0.4], [7.0]]> : tensor<2x1xf32>
  %0 = nibble.observe %x "salient" : tensor<1x2xf32> -> tensor<1x2xf32>
  %a = nibble.contract ins(%0, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {calibrator = "min-max", channel_scaling = "awq", filter = #nibble.scheme<s4 narrow, block = [0, 1]>,
                            input = #nibble.scheme<u8, zero_point = integer>}} -> tensor<1x1xf32> loc("a")
  %b = nibble.contract ins(%x, %w : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {channel_scaling = "awq", filter = #nibble.scheme<s4 narrow, block = [0, 1]>}} -> tensor<1x1xf32> loc("b")
  %c = nibble.contract ins(%0, %v : tensor<1x2xf32>, tensor<2x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {channel_scaling = "awq", filter = #nibble.scheme<s4 narrow, block = [0, 1]>}} -> tensor<1x1xf32> loc("c")
  return %a, %b, %c : tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>
}
