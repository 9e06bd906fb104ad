// bench_host --guests FOLDER [--wasmtime LIBRARY] [options of Google Benchmark]: what is measured inside of one process.
// Called by bench/run, which makes the guests, finds the library and reads `--benchmark_out`.
#include <fstream>
#include <iterator>
#include <vector>

#include "measure.h"

namespace bench {

std::string Guests::read(std::string_view name) const {
  std::ifstream in(path(name), std::ios::binary);
  if (!in) die("cannot read " + path(name));
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace bench

int main(int argc, char** argv) {
  bench::Guests guests;
  std::string wasmtime;
  std::vector<char*> rest = {argv[0]};
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--guests" && i + 1 < argc) {
      guests.folder = argv[++i];
    } else if (arg == "--wasmtime" && i + 1 < argc) {
      wasmtime = argv[++i];
    } else {
      rest.push_back(argv[i]);
    }
  }
  if (guests.folder.empty()) bench::die("--guests FOLDER is missing");
  bench::add_native();
  bench::add_wcomp(guests);
  bench::add_formats(guests);
  if (!wasmtime.empty() && !bench::add_wasmtime(wasmtime, guests)) return 1;
  int count = static_cast<int>(rest.size());
  benchmark::Initialize(&count, rest.data());
  if (benchmark::ReportUnrecognizedArguments(count, rest.data())) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
