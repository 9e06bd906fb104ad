// A guest that is after two secrets: the environment variable SECRET_TOKEN and the file vault/secret.txt. It tries every way it knows.
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

int found = 0;

void show(const char* way, const char* secret) {
  if (secret != nullptr) ++found;
  std::printf("  %-36s %s\n", way, secret != nullptr ? secret : "nothing");
}

void try_variable(const char* name) {
  const std::string way = std::string("variable ") + name;
  show(way.c_str(), std::getenv(name));
}

void try_file(const char* path) {
  char line[80] = {};
  std::FILE* file = std::fopen(path, "r");
  const bool is_read = file != nullptr && std::fgets(line, sizeof line, file) != nullptr;
  if (file != nullptr) std::fclose(file);
  for (char& c : line) {
    if (c == '\n') c = '\0';
  }
  const std::string way = std::string("file ") + path;
  show(way.c_str(), is_read ? line : nullptr);
}

}  // namespace

int main() {
  std::printf("looking for secrets\n");
  try_variable("SECRET_TOKEN");
  try_file("vault/secret.txt");             // where it is
  try_file("../vault/secret.txt");          // above whatever folder was granted
  try_file("open/../vault/secret.txt");     // through a granted folder and out again
  try_file("open/way-out/secret.txt");      // a symbolic link that leaves the granted folder
  try_file("/proc/self/environ");           // the variables of the program that runs this guest
  std::printf(found == 0 ? "no secrets found\n" : "secrets found: %d\n", found);
}
