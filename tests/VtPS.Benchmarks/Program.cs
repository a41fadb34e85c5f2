using BenchmarkDotNet.Running;
using VtPS.Benchmarks;
using VtPS.Benchmarks.Compare;
using VtPS.Benchmarks.Copy;
using VtPS.Benchmarks.Scale;
using VtPS.Benchmarks.Sync;

// compare …   times vt beside the other tools that are installed, on two versions of a real tree; see README.md
// copy …      times copies by ssh beside rsync, and counts what they send; see README.md
// sync …      times syncs by ssh beside rsync, and counts what they send; see README.md
// scale WHAT … measures one large file, many small ones, a large index, two large Stores compared, or latency; see README.md
// delay MS COMMAND
//               runs a command with every byte of its input and output delayed; scale latency uses it
// engine-backup TREE STORE CACHE RUNS
//               backups by the engine alone; Measure-Module.ps1 compares the cmdlet with it
// micro …     micro-benchmarks; what follows goes to BenchmarkDotNet (--list flat, --filter *Chunker*)
switch (args)
{
    case ["compare", .. string[] rest]:
        return await Comparison.RunAsync(CompareOptions.Parse(rest));

    case ["copy", .. string[] rest]:
        return await CopyRun.RunAsync(CopyOptions.Parse(rest));

    case ["sync", .. string[] rest]:
        return await SyncRun.RunAsync(CopyOptions.Parse(rest));

    case ["scale", "big-file", .. string[] rest]:
        return await BigFile.RunAsync(ScaleOptions.Parse(rest));

    case ["scale", "many-files", .. string[] rest]:
        return await ManyFiles.RunAsync(ScaleOptions.Parse(rest));

    case ["scale", "big-index", .. string[] rest]:
        return await BigIndex.RunAsync(ScaleOptions.Parse(rest));

    case ["scale", "big-difference", .. string[] rest]:
        return await BigDifference.RunAsync(ScaleOptions.Parse(rest));

    case ["scale", "latency", .. string[] rest]:
        return await Latency.RunAsync(ScaleOptions.Parse(rest));

    case ["delay", string milliseconds, string command]:
        return await DelayedPipe.RunAsync(milliseconds, command);

    case ["engine-backup", string tree, string store, string cache, string runs]:
        return await EngineRun.RunAsync(tree, store, cache, int.Parse(runs, System.Globalization.CultureInfo.InvariantCulture));

    case ["micro", .. string[] rest]:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(rest);
        return 0;

    default:
        Console.Error.WriteLine("usage: VtPS.Benchmarks compare --old TREE --new TREE [--work FOLDER] [--rounds N] [--json FILE] [--vt FILE] [--tools vt,vt-plain,restic,borg]\n       VtPS.Benchmarks copy --old TREE --new TREE --host ssh://HOST:PORT [--ssh FILE] [--vt FILE] [--work FOLDER] [--rounds N]\n       VtPS.Benchmarks sync --old TREE --new TREE --host ssh://HOST:PORT [--ssh FILE] [--vt FILE] [--work FOLDER] [--rounds N]\n       VtPS.Benchmarks scale big-file|many-files|big-index|big-difference|latency [--vt FILE] [--work FOLDER]\n       VtPS.Benchmarks engine-backup TREE STORE CACHE RUNS\n       VtPS.Benchmarks micro [BenchmarkDotNet's options]");
        return 2;
}
