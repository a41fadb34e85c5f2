using System.Globalization;

namespace VtPS.Benchmarks.Copy;

/// <summary>
/// <c>vt copy</c> by ssh beside <c>rsync -a</c> of the Store's folder by the same ssh, in turns; then the same copy again, and that of a third version of the tree.
/// </summary>
internal static class CopyRun
{
    /// <summary>One file of so many is changed for the third version.</summary>
    private const int Changed = 200;

    public static async Task<int> RunAsync(CopyOptions options)
    {
        Folders.Recreate(options.Work);
        foreach (bool encrypts in (bool[])[false, true])
        {
            Console.WriteLine(encrypts ? "encrypted, at both ends" : "plain, at both ends");
            await RunAsync(await CopyHome.MakeAsync(options, encrypts), options);
        }

        Directory.Delete(options.Work, true);
        return 0;
    }

    private static async Task RunAsync(CopyHome home, CopyOptions options)
    {
        string[] ids = await home.BackupsAsync();
        List<double> rsync = [];
        List<double> copy = [];
        List<double> again = [];
        string far = string.Empty;
        for (int round = 0; round < options.Rounds; round++)
        {
            rsync.Add((await home.RsyncAsync($"rsync-{round}")).Wall);
            far = await home.MakeFarAsync($"far-{round}");
            copy.Add((await home.CopyAsync(far, ids)).Wall);
            again.Add((await home.CopyAsync(far, ids)).Wall);
        }

        Seconds.Show("rsync -a", rsync);
        Seconds.Show("copy", copy);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Seconds.Median(copy) / Seconds.Median(rsync):0.00} times rsync"));
        Seconds.Show("copy again", again);
        (long up, long down) = await home.CountAsync(far, ids);
        Console.WriteLine($"  copy again: {up} bytes there, {down} back");

        string third = Path.Combine(options.Work, Path.GetFileName(options.New));
        await MakeThirdAsync(options.New, third);
        long before = Folders.SizeOf(home.Store);
        await home.BackUpAsync(third);
        long stored = Folders.SizeOf(home.Store) - before;
        (up, down) = await home.CountAsync(far, [(await home.BackupsAsync())[^1]]);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  third version: {stored} bytes more in the Store; {up} bytes there ({100.0 * (up - stored) / stored:+0.0;-0.0} %), {down} back"));
        Directory.Delete(third, true);
    }

    /// <summary>A copy of a tree in which some files have a line more.</summary>
    private static async Task MakeThirdAsync(string tree, string third)
    {
        await Folders.CopyAsync(tree, third);
        int number = 0;
        foreach (string file in Directory.EnumerateFiles(third, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (number++ % Changed == 0 && new FileInfo(file).LinkTarget is null)
            {
                await File.AppendAllTextAsync(file, $"line {number} of the third version\n");
            }
        }
    }
}
