// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-encode-weights-gptq{statistics=%S/Inputs/gram.json}))' --remark-format=emitRemark --remarks-filter='nibble.*' > %t 2> %t.remarks
// RUN: FileCheck %s --input-file %t
// RUN: FileCheck %s --input-file %t.remarks --check-prefix=REMARK

// The first weight is rounded by -0.4. The second input is half of the first, and would have to make up for twice as much: 3 + 0.4 * 2 / 1.02.
// CHECK-LABEL: @together
// CHECK: %[[X:.*]] = nibble.observe
// CHECK-DAG: %[[CODES:.*]] = arith.constant dense<{{\[\[}}0], [4], [7]]> : tensor<3x1xi8>
// CHECK-DAG: %[[ONE:.*]] = arith.constant dense<1.000000e+00> : tensor<1x1xf32>
// CHECK: %[[W:.*]] = nibble.dequantize %[[CODES]] scale(%[[ONE]] : tensor<1x1xf32>) as <s4 narrow, block = [0, 1]> : tensor<3x1xi8> -> tensor<3x1xf32>
// CHECK: nibble.contract ins(%[[X]], %[[W]]
func.func @together(%x: tensor<1x3xf32>) -> tensor<1x1xf32> {
  %init = tensor.empty() : tensor<1x1xf32>
  %0 = nibble.observe %x "x" : tensor<1x3xf32> -> tensor<1x3xf32>
  %w = arith.constant dense<[[0.4], [3.0], [7.0]]> : tensor<3x1xf32>
  %y = nibble.contract ins(%0, %w : tensor<1x3xf32>, tensor<3x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {filter = #nibble.scheme<s4 narrow, block = [0, 1]>, round_by = "gptq"}} -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// A transposed filter of two rows. The order of activity is the same here; each row has its own errors.
// CHECK-LABEL: @transposed
// CHECK: arith.constant dense<{{\[\[}}0, 4, 127], [127, 1, 2]]> : tensor<2x3xi8>
func.func @transposed(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  %init = tensor.empty() : tensor<1x2xf32>
  %0 = nibble.observe %x "x" : tensor<1x3xf32> -> tensor<1x3xf32>
  %w = arith.constant dense<[[0.4, 3.0, 127.0], [127.0, 1.4, 2.4]]> : tensor<2x3xf32>
  %y = nibble.contract ins(%0, %w : tensor<1x3xf32>, tensor<2x3xf32>) outs(%init : tensor<1x2xf32>)
         {transposeFilter, nibble.schemes = {filter = #nibble.scheme<s8 narrow, block = [1, 0]>, round_by = "gptq_act_order"}}
         -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// Two groups of one channel and three places: in the second the first two elements have opposite signs.
// CHECK-LABEL: @groups
// CHECK: arith.constant dense<{{\[\[\[\[}}0, 0]], {{\[\[}}4, 2]], {{\[\[}}127, 127{{\]\]\]\]}}> : tensor<1x3x1x2xi8>
func.func @groups(%x: tensor<1x1x3x2xf32>) -> tensor<1x1x1x2xf32> {
  %init = tensor.empty() : tensor<1x1x1x2xf32>
  %0 = nibble.observe %x "map" : tensor<1x1x3x2xf32> -> tensor<1x1x3x2xf32>
  %w = arith.constant dense<[[[[0.4, 0.4]], [[3.0, 3.0]], [[127.0, 127.0]]]]> : tensor<1x3x1x2xf32>
  %y = nibble.conv ins(%0, %w : tensor<1x1x3x2xf32>, tensor<1x3x1x2xf32>) outs(%init : tensor<1x1x1x2xf32>)
         {groups = 2, nibble.schemes = {filter = #nibble.scheme<s8, scale = [f16]>, round_by = "gptq"}}
         -> tensor<1x1x1x2xf32>
  return %y : tensor<1x1x1x2xf32>
}

// -----

// A filter that is computed, an input without a probe, an op that wants the nearest codes.
// CHECK-LABEL: @left
// CHECK-NOT: nibble.dequantize
// REMARK: remark: {{.*}}[Missed] gptq | Category:nibble-quantize | {{.*}}Reason="its filter is computed at run time", Remark="the weights of 'a' are not rounded by its input"
// REMARK: remark: {{.*}}[Missed] gptq | Category:nibble-quantize | {{.*}}Reason="there is no probe on its input", Remark="the weights of 'b' are not rounded by its input"
// REMARK-NOT: remark
func.func @left(%x: tensor<1x3xf32>, %v: tensor<3x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>) {
  %init = tensor.empty() : tensor<1x1xf32>
  %w = arith.constant dense<1.0> : tensor<3x1xf32>
  %a = nibble.contract ins(%x, %v : tensor<1x3xf32>, tensor<3x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {filter = #nibble.scheme<s4, block = [0, 1]>, round_by = "gptq"}} -> tensor<1x1xf32> loc("a")
  %b = nibble.contract ins(%x, %w : tensor<1x3xf32>, tensor<3x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {filter = #nibble.scheme<s4, block = [0, 1]>, round_by = "gptq"}} -> tensor<1x1xf32> loc("b")
  %c = nibble.contract ins(%x, %w : tensor<1x3xf32>, tensor<3x1xf32>) outs(%init : tensor<1x1xf32>)
         {nibble.schemes = {filter = #nibble.scheme<s4, block = [0, 1]>}} -> tensor<1x1xf32> loc("c")
  return %a, %b, %c : tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>
}
