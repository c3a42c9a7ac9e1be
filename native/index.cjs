// Loads the binary of this platform: `build/PLATFORM-ARCHITECTURE.node`, with `-musl` where the C library is musl.

function cLibrary() {
  if (process.platform !== 'linux') return '';
  const report = process.report;
  report.excludeNetwork = true;
  return report.getReport().header.glibcVersionRuntime ? '' : '-musl';
}

module.exports = require(`./build/${process.platform}-${process.arch}${cLibrary()}.node`);
