using BenchmarkDotNet.Running;
using VtPS.Benchmarks.Compare;

// compare …   times vt beside the other tools that are installed, on two versions of a real tree; see README.md
// micro …     micro-benchmarks; what follows goes to BenchmarkDotNet (--list flat, --filter *Chunker*)
switch (args)
{
    case ["compare", .. string[] rest]:
        return await Comparison.RunAsync(CompareOptions.Parse(rest));

    case ["micro", .. string[] rest]:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(rest);
        return 0;

    default:
        Console.Error.WriteLine("usage: VtPS.Benchmarks compare --old TREE --new TREE [--work FOLDER] [--rounds N] [--json FILE] [--vt FILE] [--tools vt,restic,borg]\n       VtPS.Benchmarks micro [BenchmarkDotNet's options]");
        return 2;
}
