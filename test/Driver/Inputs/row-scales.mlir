// Products whose rows choose their scales at run time: of two activations, with a filter for each batch, transposed, or one for all; with a
// filter that is known and a bias, of few rows and of many; and convolutions of two images, one of them depthwise.
#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#mask = affine_map<(d0, d1, d2, d3) -> (d0, d3)>
module attributes {nibble.model = "rows", nibble.phase = "normalize"} {
  func.func @main(%q: tensor<2x3x40x36xf32> {nibble.name = "q"}, %k: tensor<2x3x36x50xf32> {nibble.name = "k"},
                  %t: tensor<2x3x50x36xf32> {nibble.name = "t"}, %w: tensor<36x50xf32> {nibble.name = "w"},
                  %mask: tensor<2x50xf32> {nibble.name = "mask"}, %row: tensor<1x36xf32> {nibble.name = "row"},
                  %images: tensor<2x9x9x12xf32> {nibble.name = "images"})
      -> (tensor<2x3x40x50xf32> {nibble.name = "masked"}, tensor<2x3x40x50xf32> {nibble.name = "transposed"},
          tensor<2x3x40x50xf32> {nibble.name = "shared"}, tensor<2x3x40x70xf32> {nibble.name = "known"},
          tensor<1x70xf32> {nibble.name = "one"}, tensor<2x9x9x20xf32> {nibble.name = "conv"},
          tensor<2x9x9x12xf32> {nibble.name = "depthwise"}) {
    %init = tensor.empty() : tensor<2x3x40x50xf32>
    %a = nibble.contract ins(%q, %k : tensor<2x3x40x36xf32>, tensor<2x3x36x50xf32>) outs(%init : tensor<2x3x40x50xf32>) -> tensor<2x3x40x50xf32>
    %masked = linalg.generic {indexing_maps = [#map, #mask, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
                ins(%a, %mask : tensor<2x3x40x50xf32>, tensor<2x50xf32>) outs(%init : tensor<2x3x40x50xf32>) {
              ^bb0(%x: f32, %m: f32, %out: f32):
                %sum = arith.addf %x, %m : f32
                linalg.yield %sum : f32
              } -> tensor<2x3x40x50xf32>
    %transposed = nibble.contract ins(%q, %t : tensor<2x3x40x36xf32>, tensor<2x3x50x36xf32>) outs(%init : tensor<2x3x40x50xf32>)
                    {transposeFilter} -> tensor<2x3x40x50xf32>
    %shared = nibble.contract ins(%q, %w : tensor<2x3x40x36xf32>, tensor<36x50xf32>) outs(%init : tensor<2x3x40x50xf32>) -> tensor<2x3x40x50xf32>

    %filter = arith.constant dense<0.3> : tensor<36x70xf32>
    %bias = arith.constant dense<0.7> : tensor<70xf32>
    %init70 = tensor.empty() : tensor<2x3x40x70xf32>
    %known = nibble.contract ins(%q, %filter : tensor<2x3x40x36xf32>, tensor<36x70xf32>) bias(%bias : tensor<70xf32>)
               outs(%init70 : tensor<2x3x40x70xf32>) -> tensor<2x3x40x70xf32>
    %init1 = tensor.empty() : tensor<1x70xf32>
    %one = nibble.contract ins(%row, %filter : tensor<1x36xf32>, tensor<36x70xf32>) bias(%bias : tensor<70xf32>)
             outs(%init1 : tensor<1x70xf32>) -> tensor<1x70xf32>

    %taps = arith.constant dense<0.1> : tensor<3x3x12x20xf32>
    %init20 = tensor.empty() : tensor<2x9x9x20xf32>
    %conv = nibble.conv ins(%images, %taps : tensor<2x9x9x12xf32>, tensor<3x3x12x20xf32>) outs(%init20 : tensor<2x9x9x20xf32>)
              {padding = array<i64: 1, 1, 1, 1>} -> tensor<2x9x9x20xf32>
    %own = arith.constant dense<-0.4> : tensor<3x3x1x12xf32>
    %init12 = tensor.empty() : tensor<2x9x9x12xf32>
    %depthwise = nibble.conv ins(%images, %own : tensor<2x9x9x12xf32>, tensor<3x3x1x12xf32>) outs(%init12 : tensor<2x9x9x12xf32>)
                   {padding = array<i64: 1, 1, 1, 1>, groups = 12 : i64} -> tensor<2x9x9x12xf32>
    return %masked, %transposed, %shared, %known, %one, %conv, %depthwise
        : tensor<2x3x40x50xf32>, tensor<2x3x40x50xf32>, tensor<2x3x40x50xf32>, tensor<2x3x40x70xf32>, tensor<1x70xf32>, tensor<2x9x9x20xf32>,
          tensor<2x9x9x12xf32>
  }
}
