// Standard input, output and error of a process.
#pragma once

namespace wcomp {

/// Opens what is closed of them, so that no file of ours or of a guest's gets the number of one: a closed input is at its end, what is written to a closed
/// output is an error as before. To be called before anything is opened. Thread safety: none.
void hold_standard_files();

}  // namespace wcomp
