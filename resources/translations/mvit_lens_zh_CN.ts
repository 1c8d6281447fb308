<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
    <context>
        <name>AboutDialog</name>
        <message>
            <source>About MViT Lens</source>
            <translation>关于 MViT Lens</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>The attention microscope for Multiscale Vision Transformers on video.
Apache License 2.0</source>
            <translation>多尺度视觉 Transformer（MViT）视频模型的注意力显微镜。
Apache 许可证 2.0 版</translation>
        </message>
    </context>
    <context>
        <name>AtlasPage</name>
        <message>
            <source>A batch result has no attention from time to time.</source>
            <translation>批处理结果没有时间×时间的注意力。</translation>
        </message>
        <message>
            <source>Across</source>
            <translation>横轴</translation>
        </message>
        <message>
            <source>Atlas of heads</source>
            <translation>注意力头图谱</translation>
        </message>
        <message>
            <source>Head atlas</source>
            <translation>头图谱</translation>
        </message>
        <message>
            <source>Heads</source>
            <translation>头</translation>
        </message>
        <message>
            <source>Queries</source>
            <translation>查询</translation>
        </message>
        <message>
            <source>Save the table</source>
            <translation>保存表格</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>大小</translation>
        </message>
        <message>
            <source>Tables (*.csv)</source>
            <translation>表格 (*.csv)</translation>
        </message>
        <message>
            <source>Time to time</source>
            <translation>时间×时间</translation>
        </message>
        <message>
            <source>Time to time · {head}</source>
            <translation>时间×时间 · {head}</translation>
        </message>
        <message>
            <source>Up</source>
            <translation>纵轴</translation>
        </message>
        <message>
            <source>Windows</source>
            <translation>窗口</translation>
        </message>
        <message>
            <source>key time → (rows: query time; a row and its sink are 1)</source>
            <translation>键的时间 →（行：查询的时间；每行与其汇聚之和为 1）</translation>
        </message>
    </context>
    <context>
        <name>Bars</name>
        <message>
            <source>Classes</source>
            <translation>类别</translation>
        </message>
    </context>
    <context>
        <name>BatchPage</name>
        <message>
            <source>Rows of the batch result</source>
            <translation>批处理结果的行</translation>
        </message>
    </context>
    <context>
        <name>BeforeLine</name>
        <message>
            <source>All on</source>
            <translation>全部开启</translation>
        </message>
        <message>
            <source>The whole video is run with all heads on</source>
            <translation>整个视频在所有头开启时运行</translation>
        </message>
        <message>
            <source>The whole video is run with nothing changed</source>
            <translation>整个视频在未作任何改动时运行</translation>
        </message>
        <message>
            <source>Undo all</source>
            <translation>全部撤销</translation>
        </message>
    </context>
    <context>
        <name>Canvas</name>
        <message>
            <source>Frame with attention</source>
            <translation>带注意力的画面</translation>
        </message>
    </context>
    <context>
        <name>Checks</name>
        <message>
            <source>Faithfulness of the map</source>
            <translation>该图的忠实度</translation>
        </message>
        <message>
            <source>Sanity of the map</source>
            <translation>该图的合理性检查</translation>
        </message>
        <message>
            <source>When the class is read</source>
            <translation>何时读出该类别</translation>
        </message>
    </context>
    <context>
        <name>ClassField</name>
        <message>
            <source>choose a class</source>
            <translation>选择一个类别</translation>
        </message>
    </context>
    <context>
        <name>ClipSurvey</name>
        <message>
            <source>Average over the video</source>
            <translation>对整个视频求平均</translation>
        </message>
        <message>
            <source>Series over the clip</source>
            <translation>整个视频的曲线</translation>
        </message>
    </context>
    <context>
        <name>Clipboard</name>
        <message>
            <source>Image copied, {size}</source>
            <translation>已复制图像，{size}</translation>
        </message>
        <message>
            <source>Parameters copied</source>
            <translation>已复制参数</translation>
        </message>
        <message>
            <source>{n} classes copied</source>
            <translation>已复制 {n} 个类别</translation>
        </message>
        <message>
            <source>{n} values copied</source>
            <translation>已复制 {n} 个数值</translation>
        </message>
    </context>
    <context>
        <name>ClipsPanel</name>
        <message>
            <source>Clips</source>
            <translation>视频列表</translation>
        </message>
        <message>
            <source>Clips of the batch lie in…</source>
            <translation>批处理的视频位于…</translation>
        </message>
        <message>
            <source>Close list</source>
            <translation>关闭列表</translation>
        </message>
        <message>
            <source>Columns</source>
            <translation>列</translation>
        </message>
        <message>
            <source>Find a clip</source>
            <translation>查找视频</translation>
        </message>
        <message>
            <source>List of clips</source>
            <translation>视频列表</translation>
        </message>
        <message>
            <source>Open batch result…</source>
            <translation>打开批处理结果…</translation>
        </message>
        <message>
            <source>Open folder of clips…</source>
            <translation>打开视频文件夹…</translation>
        </message>
        <message>
            <source>Open list of clips…</source>
            <translation>打开视频列表…</translation>
        </message>
        <message>
            <source>Sort by</source>
            <translation>排序依据</translation>
        </message>
    </context>
    <context>
        <name>ColourBar</name>
        <message>
            <source>sink (class key) {share}</source>
            <translation>汇聚（类别键）{share}</translation>
        </message>
        <message>
            <source>{words}
Right-click for percentile tails and units</source>
            <translation>{words}
右键单击可设置百分位截尾和单位</translation>
        </message>
    </context>
    <context>
        <name>ColourControls</name>
        <message>
            <source>A spotlight has no colours</source>
            <translation>聚光模式不使用配色</translation>
        </message>
        <message>
            <source>Colour map</source>
            <translation>配色</translation>
        </message>
        <message>
            <source>Colour map (C, Shift+C)</source>
            <translation>配色（C、Shift+C）</translation>
        </message>
        <message>
            <source>Colour-blind safe</source>
            <translation>色盲友好</translation>
        </message>
        <message>
            <source>Colours</source>
            <translation>配色</translation>
        </message>
        <message>
            <source>Equal steps of attention look equal, also without red and green</source>
            <translation>相等的注意力差看起来也相等，不依赖红绿之分</translation>
        </message>
        <message>
            <source>Even tint</source>
            <translation>均匀着色</translation>
        </message>
        <message>
            <source>Exponent on the values: below 1 lifts weak attention, above 1 lowers it</source>
            <translation>数值的指数：小于 1 提升较弱的注意力，大于 1 压低它</translation>
        </message>
        <message>
            <source>Gamma</source>
            <translation>伽马</translation>
        </message>
        <message>
            <source>Not colour-blind safe</source>
            <translation>非色盲友好</translation>
        </message>
        <message>
            <source>Opacity</source>
            <translation>不透明度</translation>
        </message>
        <message>
            <source>Opacity (Ctrl+Up, Ctrl+Down)</source>
            <translation>不透明度（Ctrl+上方向、Ctrl+下方向）</translation>
        </message>
        <message>
            <source>Opacity of the heat</source>
            <translation>热力的不透明度</translation>
        </message>
        <message>
            <source>Spotlight</source>
            <translation>聚光</translation>
        </message>
        <message>
            <source>Steps look larger than they are, and its order needs red and green</source>
            <translation>差异看起来比实际大，且高低顺序依赖红绿之分</translation>
        </message>
        <message>
            <source>Threshold</source>
            <translation>阈值</translation>
        </message>
        <message>
            <source>Tint</source>
            <translation>着色</translation>
        </message>
        <message>
            <source>Values below this share of the range are not drawn</source>
            <translation>低于范围中这一比例的数值不绘制</translation>
        </message>
    </context>
    <context>
        <name>CompareView</name>
        <message>
            <source>Press P to pin what is shown, then choose another head, layer, model or clip: the pinned map stays beside it.</source>
            <translation>按 P 固定当前显示的图，然后选择另一个头、层、模型或视频：固定的图会留在一旁。</translation>
        </message>
    </context>
    <context>
        <name>Controller</name>
        <message>
            <source>Exporting {name}</source>
            <translation>正在导出 {name}</translation>
        </message>
        <message>
            <source>Loading {name}</source>
            <translation>正在加载 {name}</translation>
        </message>
        <message>
            <source>Opening {name}</source>
            <translation>正在打开 {name}</translation>
        </message>
        <message>
            <source>Reading {name}</source>
            <translation>正在读取 {name}</translation>
        </message>
        <message>
            <source>Saved {what}</source>
            <translation>已保存 {what}</translation>
        </message>
        <message>
            <source>Saving {name}</source>
            <translation>正在保存 {name}</translation>
        </message>
    </context>
    <context>
        <name>Curves</name>
        <message>
            <source>% of the tubes removed or restored</source>
            <translation>删除或插入的时空管（%）</translation>
        </message>
        <message>
            <source>Click a point to see what is removed there; Esc ends</source>
            <translation>单击某点查看该处删除的部分；Esc 结束</translation>
        </message>
        <message>
            <source>Faithfulness</source>
            <translation>忠实度</translation>
        </message>
        <message>
            <source>centre</source>
            <translation>中心</translation>
        </message>
        <message>
            <source>deletion</source>
            <translation>删除</translation>
        </message>
        <message>
            <source>insertion</source>
            <translation>插入</translation>
        </message>
        <message>
            <source>random</source>
            <translation>随机</translation>
        </message>
    </context>
    <context>
        <name>DialogOpener</name>
        <message>
            <source>All files</source>
            <translation>所有文件</translation>
        </message>
        <message>
            <source>Boxes</source>
            <translation>检测框</translation>
        </message>
        <message>
            <source>Capture files</source>
            <translation>捕获文件</translation>
        </message>
        <message>
            <source>Checkpoints</source>
            <translation>检查点</translation>
        </message>
        <message>
            <source>Choose configuration</source>
            <translation>选择配置</translation>
        </message>
        <message>
            <source>Choose preset</source>
            <translation>选择预设</translation>
        </message>
        <message>
            <source>Choose weights</source>
            <translation>选择权重</translation>
        </message>
        <message>
            <source>Class names</source>
            <translation>类别名</translation>
        </message>
        <message>
            <source>Configurations</source>
            <translation>配置文件</translation>
        </message>
        <message>
            <source>Folder of the clips</source>
            <translation>视频所在的文件夹</translation>
        </message>
        <message>
            <source>Lists</source>
            <translation>列表</translation>
        </message>
        <message>
            <source>Load model</source>
            <translation>加载模型</translation>
        </message>
        <message>
            <source>Mean over a batch result</source>
            <translation>批处理结果上的均值</translation>
        </message>
        <message>
            <source>Open batch result</source>
            <translation>打开批处理结果</translation>
        </message>
        <message>
            <source>Open boxes</source>
            <translation>打开检测框</translation>
        </message>
        <message>
            <source>Open folder of clips</source>
            <translation>打开视频文件夹</translation>
        </message>
        <message>
            <source>Open folder of pictures</source>
            <translation>打开图片文件夹</translation>
        </message>
        <message>
            <source>Open list of clips</source>
            <translation>打开视频列表</translation>
        </message>
        <message>
            <source>Open video</source>
            <translation>打开视频</translation>
        </message>
        <message>
            <source>Patch from another clip</source>
            <translation>从另一视频打补丁</translation>
        </message>
        <message>
            <source>Save capture</source>
            <translation>保存捕获文件</translation>
        </message>
        <message>
            <source>The file holds several networks; the one to be read:</source>
            <translation>文件含有多个网络；请选择要读取的网络：</translation>
        </message>
        <message>
            <source>The published architecture that the weights were trained as:</source>
            <translation>权重训练时所用的已发表架构：</translation>
        </message>
        <message>
            <source>Videos</source>
            <translation>视频</translation>
        </message>
        <message>
            <source>{name} - fits the weights</source>
            <translation>{name} - 与权重相符</translation>
        </message>
    </context>
    <context>
        <name>DisplayPanel</name>
        <message>
            <source>Coverage</source>
            <translation>覆盖范围</translation>
        </message>
        <message>
            <source>Line around values of at least half the range (Shift+T)</source>
            <translation>在达到范围一半的值周围画线（Shift+T）</translation>
        </message>
        <message>
            <source>Lines between tokens (D)</source>
            <translation>词元之间的分隔线（D）</translation>
        </message>
        <message>
            <source>Off: each pixel shows its nearest token (S)</source>
            <translation>关闭时：每个像素显示最近的词元（S）</translation>
        </message>
        <message>
            <source>Outline</source>
            <translation>轮廓线</translation>
        </message>
        <message>
            <source>Outline of the part of the frame that the model saw</source>
            <translation>勾出模型看到的那部分画面</translation>
        </message>
        <message>
            <source>Overlay</source>
            <translation>叠加</translation>
        </message>
        <message>
            <source>Show the heat (T); hold B to hide it for a moment</source>
            <translation>显示热力图（T）；按住 B 可暂时隐藏</translation>
        </message>
        <message>
            <source>Smooth</source>
            <translation>平滑</translation>
        </message>
        <message>
            <source>The model sees the whole frame</source>
            <translation>模型看到整个画面</translation>
        </message>
        <message>
            <source>Token grid</source>
            <translation>词元网格</translation>
        </message>
    </context>
    <context>
        <name>Distances</name>
        <message>
            <source>Distances</source>
            <translation>距离</translation>
        </message>
        <message>
            <source>distance, pixels</source>
            <translation>距离，像素</translation>
        </message>
        <message>
            <source>share of the attention</source>
            <translation>注意力占比</translation>
        </message>
        <message>
            <source>{low:.0f} to {high:.0f} px: {share}</source>
            <translation>{low:.0f} 到 {high:.0f} 像素：{share}</translation>
        </message>
    </context>
    <context>
        <name>Docks</name>
        <message>
            <source>Hide {panel}</source>
            <translation>隐藏“{panel}”</translation>
        </message>
    </context>
    <context>
        <name>Drops</name>
        <message>
            <source>Load this model</source>
            <translation>加载此模型</translation>
        </message>
        <message>
            <source>Open these clips as a list</source>
            <translation>以列表打开这些视频</translation>
        </message>
        <message>
            <source>Open this batch result</source>
            <translation>打开此批处理结果</translation>
        </message>
        <message>
            <source>Open this report</source>
            <translation>打开此报告</translation>
        </message>
        <message>
            <source>Open this session</source>
            <translation>打开此会话</translation>
        </message>
        <message>
            <source>Open this video</source>
            <translation>打开此视频</translation>
        </message>
        <message>
            <source>Open this video with this model</source>
            <translation>用此模型打开此视频</translation>
        </message>
    </context>
    <context>
        <name>EffectsPanel</name>
        <message>
            <source>Batch mean</source>
            <translation>批处理均值</translation>
        </message>
        <message>
            <source>Blocks below each other, heads beside</source>
            <translation>各块上下排列，头左右排列</translation>
        </message>
        <message>
            <source>By block</source>
            <translation>按块</translation>
        </message>
        <message>
            <source>By effect</source>
            <translation>按效应</translation>
        </message>
        <message>
            <source>Heads whose effect is found</source>
            <translation>已求得效应的头</translation>
        </message>
        <message>
            <source>Its mean</source>
            <translation>其均值</translation>
        </message>
        <message>
            <source>Its mean over a batch</source>
            <translation>其在批处理上的均值</translation>
        </message>
        <message>
            <source>Mean over a batch result…</source>
            <translation>批处理结果上的均值…</translation>
        </message>
        <message>
            <source>The largest effect first</source>
            <translation>效应最大者在前</translation>
        </message>
        <message>
            <source>What a head gives that is off</source>
            <translation>已关闭的头给出什么</translation>
        </message>
        <message>
            <source>What a head gives that is off: {by}</source>
            <translation>已关闭的头给出：{by}</translation>
        </message>
        <message>
            <source>Zero</source>
            <translation>零</translation>
        </message>
        <message>
            <source>{n} of {all}</source>
            <translation>{n} / {all}</translation>
        </message>
    </context>
    <context>
        <name>EffectsScheduler</name>
        <message>
            <source>Effects of heads in window {n}</source>
            <translation>窗口 {n} 的头效应</translation>
        </message>
    </context>
    <context>
        <name>EncodingFields</name>
        <message>
            <source>Keep the sound of the clip</source>
            <translation>保留视频的声音</translation>
        </message>
        <message>
            <source>Only videos are encoded</source>
            <translation>只有视频需要编码</translation>
        </message>
        <message>
            <source>This codec has one quality</source>
            <translation>此编码只有一种质量</translation>
        </message>
        <message>
            <source>This kind of file has one codec</source>
            <translation>此类文件只有一种编码</translation>
        </message>
        <message>
            <source>This kind of file holds no sound</source>
            <translation>此类文件不能包含声音</translation>
        </message>
        <message>
            <source>a {codec} file must end in {endings}, not in {ending}</source>
            <translation>{codec} 文件应以 {endings} 结尾，而不是 {ending}</translation>
        </message>
    </context>
    <context>
        <name>ExportDialog</name>
        <message>
            <source>As the clip ({fps:g} fps)</source>
            <translation>与视频相同（{fps:g} 帧/秒）</translation>
        </message>
        <message>
            <source>At most {fps:g} fps</source>
            <translation>最多 {fps:g} 帧/秒</translation>
        </message>
        <message>
            <source>Caption</source>
            <translation>说明</translation>
        </message>
        <message>
            <source>Codec</source>
            <translation>编码</translation>
        </message>
        <message>
            <source>Content</source>
            <translation>布局</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>导出</translation>
        </message>
        <message>
            <source>Format</source>
            <translation>格式</translation>
        </message>
        <message>
            <source>Frames</source>
            <translation>帧</translation>
        </message>
        <message>
            <source>Only videos have frames to choose</source>
            <translation>只有视频可以选择帧</translation>
        </message>
        <message>
            <source>Own choices</source>
            <translation>自定义</translation>
        </message>
        <message>
            <source>Preset</source>
            <translation>预设</translation>
        </message>
        <message>
            <source>Quality</source>
            <translation>质量</translation>
        </message>
        <message>
            <source>Range</source>
            <translation>颜色范围</translation>
        </message>
        <message>
            <source>Rate</source>
            <translation>帧率</translation>
        </message>
        <message>
            <source>Shows</source>
            <translation>内容</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>尺寸</translation>
        </message>
        <message>
            <source>Sound</source>
            <translation>声音</translation>
        </message>
        <message>
            <source>The name should end in {ending}</source>
            <translation>文件名应以 {ending} 结尾</translation>
        </message>
    </context>
    <context>
        <name>FailureCard</name>
        <message>
            <source>Choose configuration…</source>
            <translation>选择配置…</translation>
        </message>
        <message>
            <source>Choose preset…</source>
            <translation>选择预设…</translation>
        </message>
        <message>
            <source>Choose weights…</source>
            <translation>选择权重…</translation>
        </message>
        <message>
            <source>Class names…</source>
            <translation>类别名…</translation>
        </message>
        <message>
            <source>Dismiss</source>
            <translation>关闭</translation>
        </message>
    </context>
    <context>
        <name>FigureDialog</name>
        <message>
            <source>Dots per inch</source>
            <translation>每英寸点数</translation>
        </message>
        <message>
            <source>Figure</source>
            <translation>插图</translation>
        </message>
        <message>
            <source>Format</source>
            <translation>格式</translation>
        </message>
        <message>
            <source>Only a PNG has dots</source>
            <translation>只有 PNG 由像素点组成</translation>
        </message>
        <message>
            <source>The name should end in {ending}</source>
            <translation>文件名应以 {ending} 结尾</translation>
        </message>
        <message>
            <source>The whole page, {w} × {h} mm</source>
            <translation>整页，{w} × {h} 毫米</translation>
        </message>
        <message>
            <source>keeps the rules of {page}</source>
            <translation>符合“{page}”的规定</translation>
        </message>
    </context>
    <context>
        <name>FigureFields</name>
        <message>
            <source> mm</source>
            <translation> 毫米</translation>
        </message>
        <message>
            <source> pt</source>
            <translation> 磅</translation>
        </message>
        <message>
            <source>A further row: one row minus another, such as 0, 1</source>
            <translation>再加一行：一行减去另一行，例如 0, 1</translation>
        </message>
        <message>
            <source>By hand</source>
            <translation>手动</translation>
        </message>
        <message>
            <source>Difference</source>
            <translation>差异</translation>
        </message>
        <message>
            <source>Faithfulness is of evidence: press W or choose Why? first</source>
            <translation>忠实度针对证据：请先按 W 或选择“为何？”</translation>
        </message>
        <message>
            <source>Figure of</source>
            <translation>内容</translation>
        </message>
        <message>
            <source>Frames</source>
            <translation>帧数</translation>
        </message>
        <message>
            <source>Frames that the model saw, evenly spread over its window</source>
            <translation>模型看到的帧，在模型窗口内均匀选取</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>标注</translation>
        </message>
        <message>
            <source>Letters</source>
            <translation>字号</translation>
        </message>
        <message>
            <source>Locked</source>
            <translation>已锁定</translation>
        </message>
        <message>
            <source>Numbers from 0 with commas between them, in the order of the rows</source>
            <translation>从 0 起的编号，用逗号分隔，按行的顺序</translation>
        </message>
        <message>
            <source>Of these</source>
            <translation>其中</translation>
        </message>
        <message>
            <source>One for all rows</source>
            <translation>所有行共用</translation>
        </message>
        <message>
            <source>Page</source>
            <translation>页面</translation>
        </message>
        <message>
            <source>Range</source>
            <translation>颜色范围</translation>
        </message>
        <message>
            <source>Rows</source>
            <translation>行</translation>
        </message>
        <message>
            <source>Rows of blocks or heads can be chosen one by one</source>
            <translation>块或头的行可以逐个选择</translation>
        </message>
        <message>
            <source>Rows, frames, map and class</source>
            <translation>行、帧、图与类别</translation>
        </message>
        <message>
            <source>The page has this width; choose the own size for another</source>
            <translation>该页面宽度固定；如需其他宽度，请选择自定大小</translation>
        </message>
        <message>
            <source>The range on screen is locked or set by hand</source>
            <translation>屏幕上的颜色范围已锁定或由手动设定</translation>
        </message>
        <message>
            <source>Width</source>
            <translation>宽度</translation>
        </message>
        <message>
            <source>all</source>
            <translation>全部</translation>
        </message>
        <message>
            <source>none</source>
            <translation>无</translation>
        </message>
        <message>
            <source>“Difference” takes two rows, counted from 0, such as 0, 1</source>
            <translation>“差异”填写两个行号，从 0 起，例如 0, 1</translation>
        </message>
        <message>
            <source>“Of these” takes numbers from 0, such as 0, 3</source>
            <translation>“其中”须填从 0 起的编号，例如 0, 3</translation>
        </message>
    </context>
    <context>
        <name>Fold</name>
        <message>
            <source>Show or hide the list: {title}</source>
            <translation>展开或收起列表：{title}</translation>
        </message>
    </context>
    <context>
        <name>FolderField</name>
        <message>
            <source>Browse…</source>
            <translation>浏览…</translation>
        </message>
        <message>
            <source>Choose a folder</source>
            <translation>选择文件夹</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>文件夹</translation>
        </message>
        <message>
            <source>No folder of its own</source>
            <translation>不指定文件夹</translation>
        </message>
    </context>
    <context>
        <name>Gallery</name>
        <message>
            <source>Sample clips</source>
            <translation>示例视频</translation>
        </message>
        <message>
            <source>{title}; the right answer is: {name}</source>
            <translation>{title}；正确答案：{name}</translation>
        </message>
    </context>
    <context>
        <name>Grid</name>
        <message>
            <source>Block {b}, head {h}</source>
            <translation>块 {b}，头 {h}</translation>
        </message>
        <message>
            <source>{share} of its attention is on the class key</source>
            <translation>它有 {share} 的注意力落在类别键上</translation>
        </message>
    </context>
    <context>
        <name>GuideWindow</name>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Contents</source>
            <translation>目录</translation>
        </message>
        <message>
            <source>Guide</source>
            <translation>指南</translation>
        </message>
        <message>
            <source>Keyboard shortcuts</source>
            <translation>键盘快捷键</translation>
        </message>
        <message>
            <source>Search the guide</source>
            <translation>搜索指南</translation>
        </message>
        <message>
            <source>Take the tour</source>
            <translation>查看导览</translation>
        </message>
        <message>
            <source>The guide does not have this word.</source>
            <translation>指南中没有这个词。</translation>
        </message>
    </context>
    <context>
        <name>HeadCard</name>
        <message>
            <source>Attention by distance, pixels</source>
            <translation>各距离上的注意力，像素</translation>
        </message>
        <message>
            <source>Choose one head for its numbers.</source>
            <translation>选择一个头以查看其数值。</translation>
        </message>
        <message>
            <source>Pin</source>
            <translation>固定</translation>
        </message>
        <message>
            <source>Show on frame</source>
            <translation>在帧上显示</translation>
        </message>
        <message>
            <source>content / position</source>
            <translation>内容 / 位置</translation>
        </message>
        <message>
            <source>{map} · frame {n}</source>
            <translation>{map} · 第 {n} 帧</translation>
        </message>
    </context>
    <context>
        <name>HeadGrid</name>
        <message>
            <source>Head {n}: click to show it alone, Ctrl+click to average it</source>
            <translation>头 {n}：单击可单独显示，Ctrl+单击可加入平均</translation>
        </message>
        <message>
            <source>Heads of the block</source>
            <translation>此块的各个头</translation>
        </message>
        <message>
            <source>{names} chosen</source>
            <translation>已选 {names}</translation>
        </message>
        <message>
            <source>{share} of its attention is on the class key</source>
            <translation>它有 {share} 的注意力落在类别键上</translation>
        </message>
    </context>
    <context>
        <name>HeadSwitches</name>
        <message>
            <source>Click: off or on. Alt+click: alone in its block. Enter: on the frame</source>
            <translation>单击：关闭或开启。Alt+单击：块内只留此头。Enter：显示在画面上</translation>
        </message>
        <message>
            <source>Head {b}/{h}: {value} logit</source>
            <translation>头 {b}/{h}：{value} logit</translation>
        </message>
        <message>
            <source>Heads</source>
            <translation>头</translation>
        </message>
        <message>
            <source>off</source>
            <translation>已关闭</translation>
        </message>
    </context>
    <context>
        <name>HeadTable</name>
        <message>
            <source>Sort by {number}</source>
            <translation>按{number}排序</translation>
        </message>
    </context>
    <context>
        <name>HeadTableView</name>
        <message>
            <source>Numbers of all heads</source>
            <translation>所有头的数值</translation>
        </message>
        <message>
            <source>Save the table…</source>
            <translation>保存表格…</translation>
        </message>
    </context>
    <context>
        <name>HeaderHistogram</name>
        <message>
            <source>Drag to list the rows of a range; a click lists all.
Left and Right move an end, Up and Down change which, Delete lists all</source>
            <translation>拖动可只列出某一范围内的行；单击列出全部。
左右键移动一端，上下键切换端点，删除键列出全部</translation>
        </message>
        <message>
            <source>Histogram of the statistic</source>
            <translation>统计量的直方图</translation>
        </message>
    </context>
    <context>
        <name>HeadsPanel</name>
        <message>
            <source>Heads appear once a window has been run.</source>
            <translation>运行一个模型窗口后，这里会显示各个头。</translation>
        </message>
        <message>
            <source>Max</source>
            <translation>最大</translation>
        </message>
        <message>
            <source>Maximum over all heads (A again)</source>
            <translation>所有头的最大值（再按一次 A）</translation>
        </message>
        <message>
            <source>Mean</source>
            <translation>均值</translation>
        </message>
        <message>
            <source>Mean over all heads (A)</source>
            <translation>所有头的均值（A）</translation>
        </message>
        <message>
            <source>Min</source>
            <translation>最小</translation>
        </message>
        <message>
            <source>Minimum over all heads: what every head sees</source>
            <translation>所有头的最小值：每个头都看到的部分</translation>
        </message>
        <message>
            <source>block {b}</source>
            <translation>块 {b}</translation>
        </message>
        <message>
            <source>block {b} · sink share</source>
            <translation>块 {b} · 汇聚占比</translation>
        </message>
    </context>
    <context>
        <name>HelpMark</name>
        <message>
            <source>What is this: {word}</source>
            <translation>这是什么：{word}</translation>
        </message>
    </context>
    <context>
        <name>HelpOpener</name>
        <message>
            <source>All heads on one scale: look at one, or at their mean or maximum.</source>
            <translation>所有头使用同一色阶：可以看其中一个，也可以看它们的均值或最大值。</translation>
        </message>
        <message>
            <source>Choose a head</source>
            <translation>选择头</translation>
        </message>
        <message>
            <source>Choose a layer</source>
            <translation>选择层</translation>
        </message>
        <message>
            <source>Drop both here, or use the buttons. A sample clip with a small model comes with the program.</source>
            <translation>把两者拖到这里，或使用按钮。程序自带一段示例视频和一个小模型。</translation>
        </message>
        <message>
            <source>Every attention layer, stage by stage. Up and Down go through them.</source>
            <translation>按阶段列出每个注意力层。用上、下方向键逐层切换。</translation>
        </message>
        <message>
            <source>Find everything else</source>
            <translation>查找其他功能</translation>
        </message>
        <message>
            <source>Marks show the frames that the model saw. Space plays, arrows step, B hides the heat while it is held.</source>
            <translation>刻度标出模型看到的帧。空格键播放，方向键逐帧移动，按住 B 可隐藏热力图。</translation>
        </message>
        <message>
            <source>Move through the video</source>
            <translation>浏览视频</translation>
        </message>
        <message>
            <source>Open a video and a model</source>
            <translation>打开视频和模型</translation>
        </message>
        <message>
            <source>Say what is shown, and how</source>
            <translation>选择显示什么、怎样显示</translation>
        </message>
        <message>
            <source>Which map, whose attention, colours and their range. Q picks a token on the frame.</source>
            <translation>哪种图、谁的注意力、配色及其范围。按 Q 可在画面上选取词元。</translation>
        </message>
        <message>
            <source>{key} finds every command by its name; F1 has the guide.</source>
            <translation>{key} 可按名称查找所有命令；F1 打开指南。</translation>
        </message>
    </context>
    <context>
        <name>HelpPopup</name>
        <message>
            <source>More</source>
            <translation>更多</translation>
        </message>
    </context>
    <context>
        <name>Histogram</name>
        <message>
            <source>Drag the ends of the range, or move them with the arrow keys;
right-click for percentile tails and units</source>
            <translation>拖动范围的两端，或用方向键移动；
右键单击可设置百分位截尾和单位</translation>
        </message>
        <message>
            <source>Histogram with the ends of the colour range</source>
            <translation>直方图及颜色范围的两端</translation>
        </message>
        <message>
            <source>Run a window to see its values</source>
            <translation>运行一个模型窗口以查看其数值</translation>
        </message>
        <message>
            <source>The range is locked; unlock it with Y</source>
            <translation>范围已锁定；按 Y 解锁</translation>
        </message>
        <message>
            <source>tokens, log(1 + n)</source>
            <translation>词元数，log(1 + n)</translation>
        </message>
        <message>
            <source>value</source>
            <translation>值</translation>
        </message>
    </context>
    <context>
        <name>HoverPicture</name>
        <message>
            <source>Frame under the pointer</source>
            <translation>指针处的帧</translation>
        </message>
    </context>
    <context>
        <name>JobList</name>
        <message>
            <source>Jobs</source>
            <translation>任务</translation>
        </message>
        <message>
            <source>Nothing is being done.</source>
            <translation>没有正在进行的任务。</translation>
        </message>
    </context>
    <context>
        <name>JobRow</name>
        <message>
            <source>Cancel: {job}</source>
            <translation>取消：{job}</translation>
        </message>
    </context>
    <context>
        <name>JobWidget</name>
        <message>
            <source>All jobs, with a way to stop each</source>
            <translation>所有任务，可逐个停止</translation>
        </message>
        <message>
            <source>Cancel (Ctrl+.)</source>
            <translation>取消（Ctrl+.）</translation>
        </message>
        <message>
            <source>Stopping: {job}</source>
            <translation>正在停止：{job}</translation>
        </message>
    </context>
    <context>
        <name>KindList</name>
        <message>
            <source>Kind</source>
            <translation>类型</translation>
        </message>
    </context>
    <context>
        <name>LayersPanel</name>
        <message>
            <source>Block {n}</source>
            <translation>块 {n}</translation>
        </message>
        <message>
            <source>Grid of the keys: time × rows × columns</source>
            <translation>键的网格：时间 × 行 × 列</translation>
        </message>
        <message>
            <source>Heads</source>
            <translation>头数</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>键</translation>
        </message>
        <message>
            <source>Layer</source>
            <translation>层</translation>
        </message>
        <message>
            <source>Load a model to see its stages and blocks.</source>
            <translation>加载模型后，这里会显示它的阶段和块。</translation>
        </message>
        <message>
            <source>Stage {n}</source>
            <translation>阶段 {n}</translation>
        </message>
        <message>
            <source>Stages and blocks</source>
            <translation>阶段和块</translation>
        </message>
        <message>
            <source>{name}: queries {q}, keys {k} (time × rows × columns)</source>
            <translation>{name}：查询 {q}，键 {k}（时间 × 行 × 列）</translation>
        </message>
    </context>
    <context>
        <name>Leaving</name>
        <message>
            <source>Finish, then quit</source>
            <translation>完成后退出</translation>
        </message>
        <message>
            <source>Keep running</source>
            <translation>继续运行</translation>
        </message>
        <message>
            <source>Stop and quit</source>
            <translation>停止并退出</translation>
        </message>
        <message>
            <source>Work in progress</source>
            <translation>任务进行中</translation>
        </message>
        <message>
            <source>{what} is not finished. It is lost if MViT Lens quits now.</source>
            <translation>{what}尚未完成。现在退出 MViT Lens，结果将会丢失。</translation>
        </message>
    </context>
    <context>
        <name>LogPanel</name>
        <message>
            <source>Activity</source>
            <translation>任务</translation>
        </message>
        <message>
            <source>Cancel: {job}</source>
            <translation>取消：{job}</translation>
        </message>
        <message>
            <source>Copy log</source>
            <translation>复制日志</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>日志</translation>
        </message>
        <message>
            <source>Nothing is being done.</source>
            <translation>没有正在进行的任务。</translation>
        </message>
        <message>
            <source>cancelled</source>
            <translation>已取消</translation>
        </message>
        <message>
            <source>done</source>
            <translation>已完成</translation>
        </message>
        <message>
            <source>failed</source>
            <translation>失败</translation>
        </message>
        <message>
            <source>running</source>
            <translation>进行中</translation>
        </message>
        <message>
            <source>stopping</source>
            <translation>正在停止</translation>
        </message>
    </context>
    <context>
        <name>MarkerNamer</name>
        <message>
            <source>Name of the marker</source>
            <translation>标记名称</translation>
        </message>
    </context>
    <context>
        <name>Messages</name>
        <message>
            <source>+{n} in Activity</source>
            <translation>活动中还有 {n} 条</translation>
        </message>
    </context>
    <context>
        <name>ModelCard</name>
        <message>
            <source>As the file says</source>
            <translation>按文件所述</translation>
        </message>
        <message>
            <source>Change…</source>
            <translation>更改…</translation>
        </message>
        <message>
            <source>Choose configuration…</source>
            <translation>选择配置…</translation>
        </message>
        <message>
            <source>Choose preset…</source>
            <translation>选择预设…</translation>
        </message>
        <message>
            <source>Class names</source>
            <translation>类别名</translation>
        </message>
        <message>
            <source>Class names…</source>
            <translation>类别名…</translation>
        </message>
        <message>
            <source>Configuration</source>
            <translation>配置</translation>
        </message>
        <message>
            <source>Feeding</source>
            <translation>输入方式</translation>
        </message>
        <message>
            <source>How the model is fed (Ctrl+P)</source>
            <translation>模型的输入方式 (Ctrl+P)</translation>
        </message>
        <message>
            <source>Load another model</source>
            <translation>加载另一个模型</translation>
        </message>
        <message>
            <source>Load…</source>
            <translation>加载…</translation>
        </message>
    </context>
    <context>
        <name>ModelChoices</name>
        <message>
            <source>Head</source>
            <translation>预测头</translation>
        </message>
        <message>
            <source>The file has several heads: read another</source>
            <translation>文件有多个预测头：读取另一个</translation>
        </message>
        <message>
            <source>The file holds several networks: read another</source>
            <translation>文件有多个网络：读取另一个</translation>
        </message>
        <message>
            <source>Weights</source>
            <translation>权重</translation>
        </message>
    </context>
    <context>
        <name>ModelPanel</name>
        <message>
            <source>Built from</source>
            <translation>构建依据</translation>
        </message>
        <message>
            <source>Classes</source>
            <translation>类别数</translation>
        </message>
        <message>
            <source>Converted</source>
            <translation>已转换</translation>
        </message>
        <message>
            <source>Copied</source>
            <translation>已复制</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>复制</translation>
        </message>
        <message>
            <source>Copy the whole report</source>
            <translation>复制完整报告</translation>
        </message>
        <message>
            <source>Device</source>
            <translation>设备</translation>
        </message>
        <message>
            <source>Family</source>
            <translation>网络家族</translation>
        </message>
        <message>
            <source>Fed</source>
            <translation>输入处理</translation>
        </message>
        <message>
            <source>Format</source>
            <translation>格式</translation>
        </message>
        <message>
            <source>Head</source>
            <translation>预测头</translation>
        </message>
        <message>
            <source>Input</source>
            <translation>输入</translation>
        </message>
        <message>
            <source>Load a model to see what was read from its file.</source>
            <translation>加载模型后，这里会显示从文件中读到的内容。</translation>
        </message>
        <message>
            <source>Load report: {words}</source>
            <translation>加载报告：{words}</translation>
        </message>
        <message>
            <source>Missing</source>
            <translation>缺失</translation>
        </message>
        <message>
            <source>Nothing is missing, unexpected or resized.</source>
            <translation>没有缺失、多余或调整过大小的参数。</translation>
        </message>
        <message>
            <source>Parameters</source>
            <translation>参数量</translation>
        </message>
        <message>
            <source>Readout</source>
            <translation>读出</translation>
        </message>
        <message>
            <source>Resized</source>
            <translation>已调整大小</translation>
        </message>
        <message>
            <source>Unexpected</source>
            <translation>多余</translation>
        </message>
        <message>
            <source>Warning: {words}</source>
            <translation>警告：{words}</translation>
        </message>
        <message>
            <source>Warnings</source>
            <translation>警告</translation>
        </message>
    </context>
    <context>
        <name>Palette</name>
        <message>
            <source>Command, or  :120 frame   @box class   #14/3 head   ?sink help</source>
            <translation>命令；或 :120 帧   @box 类别   #14/3 头   ?sink 帮助</translation>
        </message>
        <message>
            <source>Commands found</source>
            <translation>找到的命令</translation>
        </message>
        <message>
            <source>No command is found by this.</source>
            <translation>没有找到匹配的命令。</translation>
        </message>
        <message>
            <source>Search commands</source>
            <translation>搜索命令</translation>
        </message>
    </context>
    <context>
        <name>PaneView</name>
        <message>
            <source>Close this pane</source>
            <translation>关闭此窗格</translation>
        </message>
        <message>
            <source>Signed difference with this pane</source>
            <translation>与此窗格的带符号差值</translation>
        </message>
        <message>
            <source>Swap with the next pane</source>
            <translation>与下一个窗格互换</translation>
        </message>
    </context>
    <context>
        <name>PatchDialog</name>
        <message>
            <source>Block</source>
            <translation>块</translation>
        </message>
        <message>
            <source>Head {n}</source>
            <translation>头 {n}</translation>
        </message>
        <message>
            <source>Part</source>
            <translation>部分</translation>
        </message>
        <message>
            <source>Patch</source>
            <translation>打补丁</translation>
        </message>
        <message>
            <source>Patch from another clip</source>
            <translation>从另一视频打补丁</translation>
        </message>
        <message>
            <source>The part gives what it gave for {name}</source>
            <translation>该部分给出它对 {name} 的输出</translation>
        </message>
        <message>
            <source>Whole block</source>
            <translation>整个块</translation>
        </message>
        <message>
            <source>Window of the other clip</source>
            <translation>另一视频的模型窗口</translation>
        </message>
    </context>
    <context>
        <name>PatchList</name>
        <message>
            <source>Copy the classes of the patch as CSV</source>
            <translation>将补丁的类别复制为 CSV</translation>
        </message>
        <message>
            <source>Patch from another clip…</source>
            <translation>从另一视频打补丁…</translation>
        </message>
        <message>
            <source>Remove this patch</source>
            <translation>移除此补丁</translation>
        </message>
        <message>
            <source>after</source>
            <translation>之后</translation>
        </message>
        <message>
            <source>before</source>
            <translation>之前</translation>
        </message>
        <message>
            <source>other</source>
            <translation>另一个</translation>
        </message>
        <message>
            <source>{n} classes copied</source>
            <translation>已复制 {n} 个类别</translation>
        </message>
    </context>
    <context>
        <name>Patches</name>
        <message>
            <source>Patching {place} from {name}</source>
            <translation>正在用 {name} 给{place}打补丁</translation>
        </message>
    </context>
    <context>
        <name>PictureFields</name>
        <message>
            <source>By hand</source>
            <translation>手动</translation>
        </message>
        <message>
            <source>Locked</source>
            <translation>已锁定</translation>
        </message>
        <message>
            <source>Map, class, probability and colour bar</source>
            <translation>图、类别、概率和色条</translation>
        </message>
        <message>
            <source>Native</source>
            <translation>原始大小</translation>
        </message>
        <message>
            <source>Only pictures and videos have one</source>
            <translation>只有图片和视频才有</translation>
        </message>
        <message>
            <source>Panes side by side</source>
            <translation>并排窗格</translation>
        </message>
        <message>
            <source>The range on screen is locked or set by hand</source>
            <translation>屏幕上的颜色范围已锁定或由手动设定</translation>
        </message>
    </context>
    <context>
        <name>PlotMenu</name>
        <message>
            <source>Copy the plot as an image</source>
            <translation>将图表复制为图片</translation>
        </message>
        <message>
            <source>Pictures (*.png)</source>
            <translation>图片 (*.png)</translation>
        </message>
        <message>
            <source>Plot copied, {size}</source>
            <translation>图表已复制，{size}</translation>
        </message>
        <message>
            <source>Plot saved: {name}</source>
            <translation>图表已保存：{name}</translation>
        </message>
        <message>
            <source>Save the plot</source>
            <translation>保存图表</translation>
        </message>
        <message>
            <source>Save the plot as an image…</source>
            <translation>将图表保存为图片…</translation>
        </message>
        <message>
            <source>Save the plot's values…</source>
            <translation>保存图表的数值…</translation>
        </message>
        <message>
            <source>Tables (*.csv)</source>
            <translation>表格 (*.csv)</translation>
        </message>
    </context>
    <context>
        <name>Pointing</name>
        <message>
            <source>No token here</source>
            <translation>此处没有词元</translation>
        </message>
        <message>
            <source>Point at a token first, or go to the strongest one</source>
            <translation>请先指向一个词元，或转到最强的词元</translation>
        </message>
        <message>
            <source>Token t{} y{} x{}</source>
            <translation>词元 t{} y{} x{}</translation>
        </message>
    </context>
    <context>
        <name>PredictionsPanel</name>
        <message>
            <source>All</source>
            <translation>全部</translation>
        </message>
        <message>
            <source>Boxes</source>
            <translation>检测框</translation>
        </message>
        <message>
            <source>Cancelled before the classes were known; run the window again with Ctrl+R</source>
            <translation>在得出类别之前已取消；按 Ctrl+R 重新运行此模型窗口</translation>
        </message>
        <message>
            <source>Classes listed</source>
            <translation>列出的类别</translation>
        </message>
        <message>
            <source>Classes of box {n}</source>
            <translation>检测框 {n} 的类别</translation>
        </message>
        <message>
            <source>Classes of head {name}</source>
            <translation>预测头 {name} 的类别</translation>
        </message>
        <message>
            <source>Clear the search</source>
            <translation>清除搜索</translation>
        </message>
        <message>
            <source>Copy as CSV</source>
            <translation>复制为 CSV</translation>
        </message>
        <message>
            <source>Copy as text</source>
            <translation>复制为文本</translation>
        </message>
        <message>
            <source>Copy the classes listed</source>
            <translation>复制列出的类别</translation>
        </message>
        <message>
            <source>Each class by itself (sigmoid): the percentages do not sum to 100 %</source>
            <translation>各类别相互独立（sigmoid）：百分比之和不等于 100 %</translation>
        </message>
        <message>
            <source>Find a class</source>
            <translation>查找类别</translation>
        </message>
        <message>
            <source>How many of the most probable classes are listed</source>
            <translation>列出多少个概率最高的类别</translation>
        </message>
        <message>
            <source>Load a model to see what it predicts.</source>
            <translation>加载模型后，这里会显示它的预测。</translation>
        </message>
        <message>
            <source>No class is called so</source>
            <translation>没有叫这个名称的类别</translation>
        </message>
        <message>
            <source>One prediction for the whole video</source>
            <translation>整个视频的一个预测</translation>
        </message>
        <message>
            <source>Open a video to see what the model predicts.</source>
            <translation>打开视频后，这里会显示模型的预测。</translation>
        </message>
        <message>
            <source>Prediction heads</source>
            <translation>预测头</translation>
        </message>
        <message>
            <source>The window has not been run yet.</source>
            <translation>此模型窗口尚未运行。</translation>
        </message>
        <message>
            <source>This model has no classes (masked pre-training)</source>
            <translation>此模型没有类别（掩码预训练）</translation>
        </message>
        <message>
            <source>Video</source>
            <translation>视频</translation>
        </message>
        <message>
            <source>What the model says of the window shown</source>
            <translation>模型对当前模型窗口的预测</translation>
        </message>
        <message>
            <source>Window</source>
            <translation>模型窗口</translation>
        </message>
        <message>
            <source>whole video</source>
            <translation>整个视频</translation>
        </message>
        <message>
            <source>window {i} of {n}</source>
            <translation>模型窗口 {i}/{n}</translation>
        </message>
    </context>
    <context>
        <name>PreferencesDialog</name>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Preferences</source>
            <translation>首选项</translation>
        </message>
        <message>
            <source>Restore defaults</source>
            <translation>恢复默认值</translation>
        </message>
    </context>
    <context>
        <name>PreprocessingDialog</name>
        <message>
            <source>Apply</source>
            <translation>应用</translation>
        </message>
        <message>
            <source>Bicubic</source>
            <translation>双三次</translation>
        </message>
        <message>
            <source>Bilinear</source>
            <translation>双线性</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Every n-th frame of the file (mmaction2)</source>
            <translation>文件中每 n 帧取一帧（mmaction2）</translation>
        </message>
        <message>
            <source>Frames</source>
            <translation>帧数</translation>
        </message>
        <message>
            <source>One per part of the whole video (SSv2)</source>
            <translation>整个视频分段，每段取一帧（SSv2）</translation>
        </message>
        <message>
            <source>Preprocessing</source>
            <translation>预处理</translation>
        </message>
        <message>
            <source>Reset to the checkpoint's</source>
            <translation>恢复为检查点的设置</translation>
        </message>
        <message>
            <source>Smooth while shrinking</source>
            <translation>缩小时平滑</translation>
        </message>
        <message>
            <source>Spread over the window (PySlowFast)</source>
            <translation>在模型窗口内均匀分布（PySlowFast）</translation>
        </message>
        <message>
            <source>checkpoint: {value}</source>
            <translation>检查点：{value}</translation>
        </message>
        <message>
            <source>{name} must be made of numbers, got {text!r}</source>
            <translation>{name}必须由数字组成，输入的是 {text!r}</translation>
        </message>
        <message>
            <source>{n}, fixed by the model</source>
            <translation>{n}，由模型决定</translation>
        </message>
    </context>
    <context>
        <name>PreviewPane</name>
        <message>
            <source>Drawing the preview…</source>
            <translation>正在绘制预览…</translation>
        </message>
        <message>
            <source>First rows</source>
            <translation>前几行</translation>
        </message>
        <message>
            <source>Frame at the play head, {w} × {h} pixels</source>
            <translation>播放位置的帧，{w} × {h} 像素</translation>
        </message>
        <message>
            <source>Frame at the play head, {w} × {h} pixels; the colours of the whole clip are being found…</source>
            <translation>播放头处的帧，{w} × {h} 像素；正在确定整个视频的颜色范围…</translation>
        </message>
        <message>
            <source>No preview: {why}</source>
            <translation>无预览：{why}</translation>
        </message>
        <message>
            <source>Preview</source>
            <translation>预览</translation>
        </message>
        <message>
            <source>Show the whole picture</source>
            <translation>显示整幅图片</translation>
        </message>
        <message>
            <source>The numbers of the window at the play head</source>
            <translation>播放头处模型窗口的数值</translation>
        </message>
        <message>
            <source>This kind of file holds numbers, no pictures</source>
            <translation>此类文件只含数值，没有图片</translation>
        </message>
        <message>
            <source>about {size}</source>
            <translation>约 {size}</translation>
        </message>
    </context>
    <context>
        <name>ProblemReportDialog</name>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Copied</source>
            <translation>已复制</translation>
        </message>
        <message>
            <source>Copy report</source>
            <translation>复制报告</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>详细信息</translation>
        </message>
        <message>
            <source>Open log</source>
            <translation>打开日志</translation>
        </message>
    </context>
    <context>
        <name>QAbstractFileIconProvider</name>
        <message>
            <source>Drive</source>
            <translation>驱动器</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>文件夹</translation>
        </message>
    </context>
    <context>
        <name>QFileDialog</name>
        <message>
            <source>&amp;Look in:</source>
            <translation>查找范围(&amp;L)：</translation>
        </message>
        <message>
            <source>Files of &amp;type:</source>
            <translation>文件类型(&amp;T)：</translation>
        </message>
    </context>
    <context>
        <name>QueryControls</name>
        <message>
            <source>Class token</source>
            <translation>类别词元</translation>
        </message>
        <message>
            <source>Key</source>
            <translation>键</translation>
        </message>
        <message>
            <source>Map</source>
            <translation>图</translation>
        </message>
        <message>
            <source>Pick a token on the frame (Q)</source>
            <translation>在画面上选取词元（Q）</translation>
        </message>
        <message>
            <source>Picked token</source>
            <translation>选取的词元</translation>
        </message>
        <message>
            <source>Query</source>
            <translation>查询</translation>
        </message>
        <message>
            <source>Readout</source>
            <translation>读出</translation>
        </message>
        <message>
            <source>This map has no query</source>
            <translation>此图没有查询</translation>
        </message>
        <message>
            <source>This model has no class token</source>
            <translation>此模型没有类别词元</translation>
        </message>
        <message>
            <source>Whose attention is shown</source>
            <translation>显示谁的注意力</translation>
        </message>
        <message>
            <source>t{} y{} x{}</source>
            <translation>t{} y{} x{}</translation>
        </message>
    </context>
    <context>
        <name>RangeControls</name>
        <message>
            <source>A range needs two numbers, such as 0.001 and 0.02</source>
            <translation>范围需要两个数，例如 0.001 和 0.02</translation>
        </message>
        <message>
            <source>Colour range</source>
            <translation>颜色范围</translation>
        </message>
        <message>
            <source>Highest</source>
            <translation>最高值</translation>
        </message>
        <message>
            <source>Lock the range (Y)</source>
            <translation>锁定范围（Y）</translation>
        </message>
        <message>
            <source>Lowest</source>
            <translation>最低值</translation>
        </message>
        <message>
            <source>Range</source>
            <translation>范围</translation>
        </message>
        <message>
            <source>The lowest number must be below the highest</source>
            <translation>最低值必须小于最高值</translation>
        </message>
        <message>
            <source>The range is locked; unlock it with Y</source>
            <translation>范围已锁定；按 Y 解锁</translation>
        </message>
        <message>
            <source>What the ends are taken from; right-click for more</source>
            <translation>两端取自何处；右键单击查看更多选项</translation>
        </message>
        <message>
            <source>× uniform</source>
            <translation>× 均匀值</translation>
        </message>
    </context>
    <context>
        <name>RangeStrip</name>
        <message>
            <source>Colours from {} to {}</source>
            <translation>颜色从 {} 到 {}</translation>
        </message>
    </context>
    <context>
        <name>RecentFilesMenu</name>
        <message>
            <source>{name} (model)</source>
            <translation>{name}（模型）</translation>
        </message>
        <message>
            <source>{name} (session)</source>
            <translation>{name}（会话）</translation>
        </message>
        <message>
            <source>{path} is not there any more</source>
            <translation>{path} 已不存在</translation>
        </message>
    </context>
    <context>
        <name>RecentTiles</name>
        <message>
            <source>Recent files</source>
            <translation>最近的文件</translation>
        </message>
    </context>
    <context>
        <name>RelinkDialog</name>
        <message>
            <source>All files</source>
            <translation>所有文件</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Checkpoint</source>
            <translation>检查点</translation>
        </message>
        <message>
            <source>Choose {what}</source>
            <translation>选择{what}</translation>
        </message>
        <message>
            <source>Choose…</source>
            <translation>选择…</translation>
        </message>
        <message>
            <source>Class names</source>
            <translation>类别名称</translation>
        </message>
        <message>
            <source>Configuration</source>
            <translation>配置</translation>
        </message>
        <message>
            <source>Files have moved</source>
            <translation>文件已移动</translation>
        </message>
        <message>
            <source>Open session</source>
            <translation>打开会话</translation>
        </message>
        <message>
            <source>The session needs files that are not where they were.</source>
            <translation>会话需要的文件已不在原来的位置。</translation>
        </message>
        <message>
            <source>Video</source>
            <translation>视频</translation>
        </message>
        <message>
            <source>Where is {name}?</source>
            <translation>{name} 在哪里？</translation>
        </message>
        <message>
            <source>another file than the one that was saved: {path}</source>
            <translation>与保存时不是同一个文件：{path}</translation>
        </message>
        <message>
            <source>found: {path}</source>
            <translation>已找到：{path}</translation>
        </message>
        <message>
            <source>is being compared: {path}</source>
            <translation>正在比对：{path}</translation>
        </message>
        <message>
            <source>not compared, the drive does not respond within {n} seconds: {path}</source>
            <translation>未比对，驱动器在 {n} 秒内没有响应：{path}</translation>
        </message>
        <message>
            <source>not found</source>
            <translation>未找到</translation>
        </message>
    </context>
    <context>
        <name>ReportDialog</name>
        <message>
            <source>An explanation needs a model with weights and classes</source>
            <translation>解释需要带权重和类别的模型</translation>
        </message>
        <message>
            <source>Choose one map or more</source>
            <translation>请至少选择一种图</translation>
        </message>
        <message>
            <source>Explanation</source>
            <translation>解释</translation>
        </message>
        <message>
            <source>Faithfulness</source>
            <translation>忠实度</translation>
        </message>
        <message>
            <source>Folders of clip and checkpoint</source>
            <translation>视频和检查点所在的文件夹</translation>
        </message>
        <message>
            <source>Frames</source>
            <translation>帧</translation>
        </message>
        <message>
            <source>Maps</source>
            <translation>图</translation>
        </message>
        <message>
            <source>None</source>
            <translation>无</translation>
        </message>
        <message>
            <source>Report</source>
            <translation>报告</translation>
        </message>
        <message>
            <source>Session</source>
            <translation>会话</translation>
        </message>
        <message>
            <source>Shows first</source>
            <translation>首先显示</translation>
        </message>
        <message>
            <source>Takes about two dozen runs of the model</source>
            <translation>约需运行模型二十余次</translation>
        </message>
        <message>
            <source>The name should end in {ending}</source>
            <translation>文件名应以 {ending} 结尾</translation>
        </message>
        <message>
            <source>Web pages</source>
            <translation>网页</translation>
        </message>
        <message>
            <source>What the page shows first</source>
            <translation>网页首先显示的画面</translation>
        </message>
        <message>
            <source>With them the report reopens on this machine; without them it can be given away and reopens where clip and checkpoint lie beside it</source>
            <translation>带上文件夹，报告可在本机重新打开；不带则可以分享给他人，只要视频和检查点与报告放在一起就能重新打开</translation>
        </message>
        <message>
            <source>{n} lines</source>
            <translation>{n} 行</translation>
        </message>
        <message>
            <source>{n} lines, as the clip</source>
            <translation>{n} 行，与视频相同</translation>
        </message>
    </context>
    <context>
        <name>RunAhead</name>
        <message>
            <source>Running ahead of play</source>
            <translation>为播放提前运行</translation>
        </message>
    </context>
    <context>
        <name>Scatter</name>
        <message>
            <source>Head {name}</source>
            <translation>头 {name}</translation>
        </message>
        <message>
            <source>Heads as points</source>
            <translation>以点表示的头</translation>
        </message>
    </context>
    <context>
        <name>SeriesHead</name>
        <message>
            <source>No series</source>
            <translation>无曲线</translation>
        </message>
        <message>
            <source>Run every window in the background, for the values missing</source>
            <translation>在后台运行每个模型窗口，补全缺少的数值</translation>
        </message>
        <message>
            <source>Run the whole clip</source>
            <translation>运行整个视频</translation>
        </message>
        <message>
            <source>Run the whole clip, about {time}</source>
            <translation>运行整个视频，约 {time}</translation>
        </message>
        <message>
            <source>Series over the clip: {name}</source>
            <translation>整个视频的曲线：{name}</translation>
        </message>
        <message>
            <source>What is plotted over the clip</source>
            <translation>沿整个视频绘制的内容</translation>
        </message>
        <message>
            <source>{k} of {n} windows</source>
            <translation>{n} 个模型窗口中的 {k} 个</translation>
        </message>
        <message>
            <source>{low:g} to {high:g}</source>
            <translation>{low:g} 到 {high:g}</translation>
        </message>
    </context>
    <context>
        <name>SessionManager</name>
        <message>
            <source>All files</source>
            <translation>所有文件</translation>
        </message>
        <message>
            <source>Open session</source>
            <translation>打开会话</translation>
        </message>
        <message>
            <source>Patches of the session that the model has no part for were dropped: {n}</source>
            <translation>会话中有些补丁所指的部分在此模型中不存在，已去掉：{n}</translation>
        </message>
        <message>
            <source>Save session</source>
            <translation>保存会话</translation>
        </message>
        <message>
            <source>Session saved: {name}</source>
            <translation>会话已保存：{name}</translation>
        </message>
        <message>
            <source>Sessions</source>
            <translation>会话</translation>
        </message>
        <message>
            <source>Sessions and reports</source>
            <translation>会话和报告</translation>
        </message>
        <message>
            <source>The model has no head {names}, so these are not off any more</source>
            <translation>模型没有头 {names}，因此不再关闭它们</translation>
        </message>
        <message>
            <source>Tubes of the session that lie beyond the clip were dropped: {n}</source>
            <translation>会话中超出视频范围的时空管已移除：{n}</translation>
        </message>
        <message>
            <source>{name} is another file than the one that was saved</source>
            <translation>{name} 与保存时不是同一个文件</translation>
        </message>
        <message>
            <source>{name} says more than this version knows: {what}</source>
            <translation>{name} 含有此版本不认识的内容：{what}</translation>
        </message>
        <message>
            <source>{name} was changed. Save it?</source>
            <translation>{name} 已更改。要保存吗？</translation>
        </message>
        <message>
            <source>{name}: its files do not answer within {n} seconds</source>
            <translation>{name}：其文件在 {n} 秒内没有响应</translation>
        </message>
    </context>
    <context>
        <name>ShortcutsDialog</name>
        <message>
            <source>Assign</source>
            <translation>指定</translation>
        </message>
        <message>
            <source>Changed by you</source>
            <translation>由您更改</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Command</source>
            <translation>命令</translation>
        </message>
        <message>
            <source>Commands and their keys</source>
            <translation>命令及其按键</translation>
        </message>
        <message>
            <source>Give this command its first keys again</source>
            <translation>恢复此命令原来的按键</translation>
        </message>
        <message>
            <source>It lasts while its key is held, so it needs one key without Ctrl</source>
            <translation>此命令在按住按键期间有效，因此需要一个不带 Ctrl 的单键</translation>
        </message>
        <message>
            <source>Keyboard shortcuts</source>
            <translation>键盘快捷键</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>按键</translation>
        </message>
        <message>
            <source>Keys of the frame work there and on the timeline; Esc leads there.</source>
            <translation>画面的按键在画面和时间轴上有效；按 Esc 可回到画面。</translation>
        </message>
        <message>
            <source>Move it here</source>
            <translation>移到此处</translation>
        </message>
        <message>
            <source>New key</source>
            <translation>新按键</translation>
        </message>
        <message>
            <source>No key</source>
            <translation>无按键</translation>
        </message>
        <message>
            <source>Restore</source>
            <translation>还原</translation>
        </message>
        <message>
            <source>Restore all</source>
            <translation>全部还原</translation>
        </message>
        <message>
            <source>Search commands or keys</source>
            <translation>搜索命令或按键</translation>
        </message>
        <message>
            <source>Works on</source>
            <translation>作用范围</translation>
        </message>
        <message>
            <source>the frame</source>
            <translation>画面</translation>
        </message>
        <message>
            <source>the window</source>
            <translation>主窗口</translation>
        </message>
        <message>
            <source>{key} means “{title}” now; assigning it here takes it from there</source>
            <translation>{key} 现在用于“{title}”；在此指定后，原命令将不再使用它</translation>
        </message>
        <message>
            <source>“{title}” works in the whole window, where single keys belong to lists and fields: use Ctrl, Alt or a function key</source>
            <translation>“{title}”在整个主窗口有效，而单键留给列表和输入框：请使用 Ctrl、Alt 或功能键</translation>
        </message>
    </context>
    <context>
        <name>StatusLine</name>
        <message>
            <source> · row sums to {sum}</source>
            <translation> · 行总和 {sum}</translation>
        </message>
        <message>
            <source> · token t{t} y{y} x{x} · {said} · rank {rank} of {count}</source>
            <translation> · 词元 t{t} y{y} x{x} · {said} · 第 {rank} 位，共 {count} 个</translation>
        </message>
        <message>
            <source>Activity and log (F9)</source>
            <translation>任务和日志（F9）</translation>
        </message>
        <message>
            <source>Frames, previews, captured windows and coloured maps kept in memory, of the most they may take</source>
            <translation>内存中保留的帧、预览、已采集的模型窗口和着色图，以及它们的上限</translation>
        </message>
        <message>
            <source>The whole process: {n} GB</source>
            <translation>整个进程：{n} GB</translation>
        </message>
        <message>
            <source>memory {used} of {limit} GB</source>
            <translation>内存 {used}/{limit} GB</translation>
        </message>
        <message>
            <source>px ({x},{y})</source>
            <translation>像素 ({x},{y})</translation>
        </message>
        <message>
            <source>zoom {n} %</source>
            <translation>缩放 {n} %</translation>
        </message>
        <message>
            <source>{value} = {times} mean</source>
            <translation>{value} = 均值的 {times}</translation>
        </message>
        <message>
            <source>{value} {unit}</source>
            <translation>{value} {unit}</translation>
        </message>
    </context>
    <context>
        <name>StreamMenu</name>
        <message>
            <source>No choice of streams</source>
            <translation>没有可选的视频流</translation>
        </message>
        <message>
            <source>{n}: {w} × {h}, {codec}</source>
            <translation>{n}：{w} × {h}，{codec}</translation>
        </message>
    </context>
    <context>
        <name>Sums</name>
        <message>
            <source>against</source>
            <translation>反对</translation>
        </message>
        <message>
            <source>class token</source>
            <translation>类别词元</translation>
        </message>
        <message>
            <source>for</source>
            <translation>支持</translation>
        </message>
        <message>
            <source>sum</source>
            <translation>总和</translation>
        </message>
        <message>
            <source>sum {words}</source>
            <translation>总和 {words}</translation>
        </message>
    </context>
    <context>
        <name>Timeline</name>
        <message>
            <source>First frame (Home)</source>
            <translation>第一帧（Home）</translation>
        </message>
        <message>
            <source>Frame</source>
            <translation>帧</translation>
        </message>
        <message>
            <source>Frame shown (G). Type 120, a time as 0:04.2, or 50%. The preferences say whether frames count from 0 or 1</source>
            <translation>当前帧（G）。可输入 120、形如 0:04.2 的时间，或 50%。帧号从 0 还是从 1 开始由首选项决定</translation>
        </message>
        <message>
            <source>Last frame (End)</source>
            <translation>最后一帧（End）</translation>
        </message>
        <message>
            <source>One frame back (Left)</source>
            <translation>后退一帧（左方向）</translation>
        </message>
        <message>
            <source>One frame on (Right)</source>
            <translation>前进一帧（右方向）</translation>
        </message>
        <message>
            <source>Part of the video seen</source>
            <translation>可见的视频部分</translation>
        </message>
        <message>
            <source>Play or pause (Space)</source>
            <translation>播放或暂停（空格）</translation>
        </message>
        <message>
            <source>Playback speed ([ and ], Backspace for 1×)</source>
            <translation>播放速度（[ 和 ]，退格键恢复 1×）</translation>
        </message>
        <message>
            <source>The frames do not follow at one even distance; times are the file's own</source>
            <translation>各帧间隔不等；时间取自文件本身</translation>
        </message>
        <message>
            <source>VFR</source>
            <translation>可变帧率</translation>
        </message>
        <message>
            <source>What playing repeats (R); I and O set the range</source>
            <translation>播放时循环的部分（R）；I 和 O 设置区间</translation>
        </message>
        <message>
            <source>Windows ahead are being run; Shift+Space plays at once</source>
            <translation>正在运行前方的模型窗口；Shift+空格立即播放</translation>
        </message>
        <message>
            <source>incomplete</source>
            <translation>不完整</translation>
        </message>
        <message>
            <source>loop</source>
            <translation>循环</translation>
        </message>
        <message>
            <source>loop range</source>
            <translation>循环区间</translation>
        </message>
        <message>
            <source>of {n}</source>
            <translation>/ {n}</translation>
        </message>
        <message>
            <source>plays in {time}</source>
            <translation>{time} 后播放</translation>
        </message>
        <message>
            <source>plays once it was run</source>
            <translation>运行后播放</translation>
        </message>
        <message>
            <source>{count} frames</source>
            <translation>{count} 帧</translation>
        </message>
    </context>
    <context>
        <name>TimesMatrix</name>
        <message>
            <source>Time to time</source>
            <translation>时间×时间</translation>
        </message>
        <message>
            <source>sink {share}</source>
            <translation>汇聚 {share}</translation>
        </message>
        <message>
            <source>the readout looks at time {k}: {share}</source>
            <translation>读出看向时间 {k}：{share}</translation>
        </message>
        <message>
            <source>time of the key; colours from 0 to {most}</source>
            <translation>键的时间；颜色从 0 到 {most}</translation>
        </message>
        <message>
            <source>time of the query, head {name}</source>
            <translation>查询的时间，头 {name}</translation>
        </message>
        <message>
            <source>time {q} looks at time {k}: {share}</source>
            <translation>时间 {q} 看向时间 {k}：{share}</translation>
        </message>
    </context>
    <context>
        <name>Toast</name>
        <message>
            <source>Choose configuration…</source>
            <translation>选择配置…</translation>
        </message>
        <message>
            <source>Choose preset…</source>
            <translation>选择预设…</translation>
        </message>
        <message>
            <source>Choose weights…</source>
            <translation>选择权重…</translation>
        </message>
        <message>
            <source>Class names…</source>
            <translation>类别名…</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>详细信息</translation>
        </message>
        <message>
            <source>Dismiss</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Fewer layers</source>
            <translation>减少层数</translation>
        </message>
        <message>
            <source>Half precision</source>
            <translation>半精度</translation>
        </message>
        <message>
            <source>Load the model…</source>
            <translation>加载模型…</translation>
        </message>
        <message>
            <source>Reload the model</source>
            <translation>重新加载模型</translation>
        </message>
        <message>
            <source>Reload the video</source>
            <translation>重新加载视频</translation>
        </message>
        <message>
            <source>Retry on CPU</source>
            <translation>改用 CPU 重试</translation>
        </message>
        <message>
            <source>Show in folder</source>
            <translation>在文件夹中显示</translation>
        </message>
        <message>
            <source>Show in panel</source>
            <translation>在面板中显示</translation>
        </message>
    </context>
    <context>
        <name>Tour</name>
        <message>
            <source>Back</source>
            <translation>上一步</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>完成</translation>
        </message>
        <message>
            <source>Next</source>
            <translation>下一步</translation>
        </message>
        <message>
            <source>Skip</source>
            <translation>跳过</translation>
        </message>
    </context>
    <context>
        <name>Track</name>
        <message>
            <source> (picture of {n})</source>
            <translation>（第 {n} 帧的画面）</translation>
        </message>
        <message>
            <source>Timeline</source>
            <translation>时间轴</translation>
        </message>
        <message>
            <source>frame {frame} of {count}</source>
            <translation>第 {frame} 帧，共 {count} 帧</translation>
        </message>
        <message>
            <source>frame {frame} · {time}</source>
            <translation>第 {frame} 帧 · {time}</translation>
        </message>
    </context>
    <context>
        <name>ValueSlider</name>
        <message>
            <source>{name}, number</source>
            <translation>{name}，数值</translation>
        </message>
    </context>
    <context>
        <name>VideoControls</name>
        <message>
            <source>, about {time} more</source>
            <translation>，还需约 {time}</translation>
        </message>
        <message>
            <source>1 clip</source>
            <translation>1 个片段</translation>
        </message>
        <message>
            <source>1 crop</source>
            <translation>1 个裁剪</translation>
        </message>
        <message>
            <source>3 crops</source>
            <translation>3 个裁剪</translation>
        </message>
        <message>
            <source>Along the longer side: both ends and the middle</source>
            <translation>沿较长的一边：两端和中间</translation>
        </message>
        <message>
            <source>Clips in time</source>
            <translation>时间上的片段数</translation>
        </message>
        <message>
            <source>Crops of each clip</source>
            <translation>每个片段的裁剪数</translation>
        </message>
        <message>
            <source>Mean of {k} of {views} so far</source>
            <translation>目前已有 {k} 个的均值，共 {views}</translation>
        </message>
        <message>
            <source>Mean probability over {views}</source>
            <translation>{views}的平均概率</translation>
        </message>
        <message>
            <source>Run</source>
            <translation>运行</translation>
        </message>
        <message>
            <source>Run the views that are missing, and average all</source>
            <translation>运行缺少的视角，并对全部求平均</translation>
        </message>
        <message>
            <source>every window</source>
            <translation>每个模型窗口</translation>
        </message>
        <message>
            <source>{n} clips</source>
            <translation>{n} 个片段</translation>
        </message>
    </context>
    <context>
        <name>Welcome</name>
        <message>
            <source>Drop a video or a checkpoint here</source>
            <translation>把视频或检查点拖到这里</translation>
        </message>
        <message>
            <source>Hold B</source>
            <translation>按住 B</translation>
        </message>
        <message>
            <source>Load model…</source>
            <translation>加载模型…</translation>
        </message>
        <message>
            <source>No sample clips: {problem}</source>
            <translation>没有示例视频：{problem}</translation>
        </message>
        <message>
            <source>Open video…</source>
            <translation>打开视频…</translation>
        </message>
        <message>
            <source>Recent</source>
            <translation>最近</translation>
        </message>
        <message>
            <source>Samples</source>
            <translation>示例</translation>
        </message>
        <message>
            <source>See where each head of a Multiscale Vision Transformer looks.</source>
            <translation>查看多尺度视觉 Transformer 的每个头在看哪里。</translation>
        </message>
        <message>
            <source>Space</source>
            <translation>空格</translation>
        </message>
        <message>
            <source>Take the tour</source>
            <translation>查看导览</translation>
        </message>
        <message>
            <source>Try the sample clip</source>
            <translation>试用示例视频</translation>
        </message>
        <message>
            <source>Up  Down</source>
            <translation>↑  ↓</translation>
        </message>
        <message>
            <source>Your own files: open or drop a video and a checkpoint of PySlowFast, torchvision, pytorchvideo, timm or mmaction2. The model runs on the part of the video shown.</source>
            <translation>也可打开或拖入自己的视频和检查点：PySlowFast、torchvision、pytorchvideo、timm 或 mmaction2。模型在所显示的一段上运行。</translation>
        </message>
        <message>
            <source>hide the heat</source>
            <translation>隐藏热力图</translation>
        </message>
        <message>
            <source>load a model</source>
            <translation>加载模型</translation>
        </message>
        <message>
            <source>one head alone</source>
            <translation>单独显示一个头</translation>
        </message>
        <message>
            <source>open a video</source>
            <translation>打开视频</translation>
        </message>
        <message>
            <source>play or pause</source>
            <translation>播放或暂停</translation>
        </message>
        <message>
            <source>previous, next layer</source>
            <translation>上一层、下一层</translation>
        </message>
        <message>
            <source>{name} is loaded; now open a video</source>
            <translation>已加载 {name}；现在请打开视频</translation>
        </message>
    </context>
    <context>
        <name>WhatIf</name>
        <message>
            <source>All off</source>
            <translation>全部移除</translation>
        </message>
        <message>
            <source>First frame of the tube</source>
            <translation>时空管的第一帧</translation>
        </message>
        <message>
            <source>Frames of the tube</source>
            <translation>时空管的帧</translation>
        </message>
        <message>
            <source>Last frame of the tube</source>
            <translation>时空管的最后一帧</translation>
        </message>
        <message>
            <source>Paint a tube</source>
            <translation>画一个时空管</translation>
        </message>
        <message>
            <source>Remove all tubes</source>
            <translation>移除所有时空管</translation>
        </message>
        <message>
            <source>Remove tube {n}</source>
            <translation>移除时空管 {n}</translation>
        </message>
        <message>
            <source>What becomes of the tube</source>
            <translation>对时空管的处理</translation>
        </message>
        <message>
            <source>What if</source>
            <translation>如果这样会怎样</translation>
        </message>
        <message>
            <source>frames</source>
            <translation>帧</translation>
        </message>
        <message>
            <source>frames below</source>
            <translation>下方的帧</translation>
        </message>
    </context>
    <context>
        <name>WhyPanel</name>
        <message>
            <source>Again</source>
            <translation>重试</translation>
        </message>
        <message>
            <source>Choose a class, or press W on the frame.</source>
            <translation>请选择一个类别，或在画面上按 W。</translation>
        </message>
        <message>
            <source>Class</source>
            <translation>类别</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>继续</translation>
        </message>
        <message>
            <source>Instead of</source>
            <translation>而非</translation>
        </message>
        <message>
            <source>Measured on the demo model; Sanity checks yours</source>
            <translation>在演示模型上测得；合理性检查针对您的模型</translation>
        </message>
        <message>
            <source>Method</source>
            <translation>方法</translation>
        </message>
        <message>
            <source>Quick answer; {coming}</source>
            <translation>快速结果；{coming}</translation>
        </message>
        <message>
            <source>Stopped: this is the quick answer.</source>
            <translation>已停止：这是快速结果。</translation>
        </message>
        <message>
            <source>The explanation stopped: {reason}</source>
            <translation>解释已中止：{reason}</translation>
        </message>
        <message>
            <source>no other class</source>
            <translation>无其他类别</translation>
        </message>
    </context>
    <context>
        <name>_Delegate</name>
        <message>
            <source>Why?</source>
            <translation>为何？</translation>
        </message>
        <message>
            <source>instead of</source>
            <translation>而非</translation>
        </message>
    </context>
    <context>
        <name>_Model</name>
        <message>
            <source>before {share}</source>
            <translation>之前 {share}</translation>
        </message>
        <message>
            <source>{name}: class {index}, rank {rank}. The box pins it to the timeline</source>
            <translation>{name}：类别 {index}，排名 {rank}。勾选后固定到时间轴</translation>
        </message>
    </context>
    <context>
        <name>atlas</name>
        <message>
            <source>All patches</source>
            <translation>所有图块</translation>
        </message>
        <message>
            <source>All patches has the distances.</source>
            <translation>“所有图块”中有距离。</translation>
        </message>
        <message>
            <source>Batch</source>
            <translation>批处理</translation>
        </message>
        <message>
            <source>Logit of {a} minus {b}, as a sum</source>
            <translation>{a} 减 {b} 的 logit 之和</translation>
        </message>
        <message>
            <source>Logit of {a}, as a sum</source>
            <translation>{a} 的 logit 之和</translation>
        </message>
        <message>
            <source>MLP</source>
            <translation>MLP</translation>
        </message>
        <message>
            <source>Not known of any head here: {numbers}.</source>
            <translation>此处没有任何头有：{numbers}。</translation>
        </message>
        <message>
            <source>Numbers of all heads</source>
            <translation>所有头的数值</translation>
        </message>
        <message>
            <source>Numbers of one head</source>
            <translation>单个头的数值</translation>
        </message>
        <message>
            <source>Numbers of the window shown</source>
            <translation>当前窗口的数值</translation>
        </message>
        <message>
            <source>Of the tokens that the prediction is read from, alone</source>
            <translation>仅取预测所读取的词元</translation>
        </message>
        <message>
            <source>Readout</source>
            <translation>读出</translation>
        </message>
        <message>
            <source>The mean over all queries</source>
            <translation>对所有查询取平均</translation>
        </message>
        <message>
            <source>The mean over the rows of the batch result that are listed</source>
            <translation>批处理结果中所列各行的平均</translation>
        </message>
        <message>
            <source>The mean over the windows of the clip that were run</source>
            <translation>对该视频已运行的窗口取平均</translation>
        </message>
        <message>
            <source>This clip</source>
            <translation>此视频</translation>
        </message>
        <message>
            <source>This window</source>
            <translation>此窗口</translation>
        </message>
        <message>
            <source>bias</source>
            <translation>偏置</translation>
        </message>
        <message>
            <source>block</source>
            <translation>块</translation>
        </message>
        <message>
            <source>block {b}</source>
            <translation>块 {b}</translation>
        </message>
        <message>
            <source>centre</source>
            <translation>中心</translation>
        </message>
        <message>
            <source>direct {n:.0f} %</source>
            <translation>直接 {n:.0f} %</translation>
        </message>
        <message>
            <source>dist. fr.</source>
            <translation>距离·帧</translation>
        </message>
        <message>
            <source>dist. px</source>
            <translation>距离·像素</translation>
        </message>
        <message>
            <source>distance, frames</source>
            <translation>距离，帧</translation>
        </message>
        <message>
            <source>distance, pixels</source>
            <translation>距离，像素</translation>
        </message>
        <message>
            <source>effect</source>
            <translation>效应</translation>
        </message>
        <message>
            <source>effect, logit</source>
            <translation>效应，logit</translation>
        </message>
        <message>
            <source>entropy</source>
            <translation>熵</translation>
        </message>
        <message>
            <source>head</source>
            <translation>头</translation>
        </message>
        <message>
            <source>head {name}</source>
            <translation>头 {name}</translation>
        </message>
        <message>
            <source>mean of {n} of {all} windows</source>
            <translation>{all} 个窗口中 {n} 个的平均</translation>
        </message>
        <message>
            <source>mean of {n} windows</source>
            <translation>{n} 个窗口的平均</translation>
        </message>
        <message>
            <source>mean over the {n} rows listed</source>
            <translation>所列 {n} 行的平均</translation>
        </message>
        <message>
            <source>no positions</source>
            <translation>无位置项</translation>
        </message>
        <message>
            <source>on</source>
            <translation>开</translation>
        </message>
        <message>
            <source>on or off</source>
            <translation>开或关</translation>
        </message>
        <message>
            <source>pooled queries</source>
            <translation>池化查询</translation>
        </message>
        <message>
            <source>queries: all patches</source>
            <translation>查询：所有图块</translation>
        </message>
        <message>
            <source>queries: readout</source>
            <translation>查询：读出</translation>
        </message>
        <message>
            <source>share in the centre</source>
            <translation>中心占比</translation>
        </message>
        <message>
            <source>sink</source>
            <translation>汇聚</translation>
        </message>
        <message>
            <source>stage</source>
            <translation>阶段</translation>
        </message>
        <message>
            <source>stage {n}</source>
            <translation>阶段 {n}</translation>
        </message>
        <message>
            <source>stage {n}, off</source>
            <translation>阶段 {n}，已关闭</translation>
        </message>
        <message>
            <source>stage {s}, block {b}, {head}</source>
            <translation>阶段 {s}，块 {b}，{head}</translation>
        </message>
        <message>
            <source>sum {sum} of {total}</source>
            <translation>总和 {sum} / {total}</translation>
        </message>
        <message>
            <source>what entered</source>
            <translation>输入部分</translation>
        </message>
        <message>
            <source>{name}, block {b}</source>
            <translation>{name}，块 {b}</translation>
        </message>
        <message>
            <source>{n} heads of {b} blocks</source>
            <translation>{b} 个块的 {n} 个头</translation>
        </message>
    </context>
    <context>
        <name>batch</name>
        <message>
            <source>All</source>
            <translation>全部</translation>
        </message>
        <message>
            <source>All rows</source>
            <translation>所有行</translation>
        </message>
        <message>
            <source>Any class</source>
            <translation>任意类别</translation>
        </message>
        <message>
            <source>Block and head</source>
            <translation>块和头</translation>
        </message>
        <message>
            <source>Choose folder…</source>
            <translation>选择文件夹…</translation>
        </message>
        <message>
            <source>Class of the clips</source>
            <translation>视频的类别</translation>
        </message>
        <message>
            <source>Class that the list says; sort by it</source>
            <translation>列表给出的类别；按其排序</translation>
        </message>
        <message>
            <source>Class that the model says; sort by it</source>
            <translation>模型给出的类别；按其排序</translation>
        </message>
        <message>
            <source>Clip</source>
            <translation>视频</translation>
        </message>
        <message>
            <source>Clips that could not be run</source>
            <translation>无法运行的视频</translation>
        </message>
        <message>
            <source>Error</source>
            <translation>错误</translation>
        </message>
        <message>
            <source>Errors</source>
            <translation>错误</translation>
        </message>
        <message>
            <source>Label</source>
            <translation>标签</translation>
        </message>
        <message>
            <source>Load model…</source>
            <translation>加载模型…</translation>
        </message>
        <message>
            <source>Path of the clip; sort by it</source>
            <translation>视频的路径；按其排序</translation>
        </message>
        <message>
            <source>Predicted</source>
            <translation>预测</translation>
        </message>
        <message>
            <source>Prob.</source>
            <translation>概率</translation>
        </message>
        <message>
            <source>Probability of the class predicted; sort by it</source>
            <translation>预测类别的概率；按其排序</translation>
        </message>
        <message>
            <source>Range of the statistic</source>
            <translation>统计量的范围</translation>
        </message>
        <message>
            <source>Right</source>
            <translation>正确</translation>
        </message>
        <message>
            <source>Rows</source>
            <translation>行</translation>
        </message>
        <message>
            <source>Rows whose class is not the label</source>
            <translation>预测与标签不同的行</translation>
        </message>
        <message>
            <source>Rows whose class is the label</source>
            <translation>预测与标签相同的行</translation>
        </message>
        <message>
            <source>Statistic</source>
            <translation>统计量</translation>
        </message>
        <message>
            <source>Statistic of the chosen head; sort by it</source>
            <translation>所选头的统计量；按其排序</translation>
        </message>
        <message>
            <source>Why the clip was not run; sort by it</source>
            <translation>视频未能运行的原因；按其排序</translation>
        </message>
        <message>
            <source>Win.</source>
            <translation>窗口</translation>
        </message>
        <message>
            <source>Window of the clip, from 1; sort by it</source>
            <translation>视频的窗口，从 1 起；按其排序</translation>
        </message>
        <message>
            <source>Wrong</source>
            <translation>错误预测</translation>
        </message>
        <message>
            <source>dist. fr.</source>
            <translation>距离（帧）</translation>
        </message>
        <message>
            <source>dist. px</source>
            <translation>距离（像素）</translation>
        </message>
        <message>
            <source>distance, frames</source>
            <translation>注意力距离（帧）</translation>
        </message>
        <message>
            <source>distance, pixels</source>
            <translation>注意力距离（像素）</translation>
        </message>
        <message>
            <source>entropy</source>
            <translation>熵</translation>
        </message>
        <message>
            <source>entropy of the readout</source>
            <translation>读出的熵</translation>
        </message>
        <message>
            <source>sink</source>
            <translation>汇聚</translation>
        </message>
        <message>
            <source>sink of the readout</source>
            <translation>读出的汇聚</translation>
        </message>
        <message>
            <source>spread</source>
            <translation>时间离散</translation>
        </message>
        <message>
            <source>temporal spread</source>
            <translation>时间离散度</translation>
        </message>
        <message>
            <source>{file} is not the checkpoint that this batch was run with: its SHA-256 is another than run.json says. Load the right one to see the maps of these rows</source>
            <translation>{file} 不是此批处理所用的检查点：其 SHA-256 与 run.json 所记不同。请加载正确的检查点以查看这些行的图</translation>
        </message>
        <message>
            <source>{name}, which this batch was run with, is not found where it lay or beside the batch. Load it to see the maps of these rows</source>
            <translation>在原位置和批处理旁都找不到此批处理所用的 {name}。请加载它以查看这些行的图</translation>
        </message>
        <message>
            <source>{number}: list all values</source>
            <translation>{number}：列出全部数值</translation>
        </message>
        <message>
            <source>{problem}. If the clips of this batch lie elsewhere now, choose their folder</source>
            <translation>{problem}。如果此批处理的视频现在位于别处，请选择其文件夹</translation>
        </message>
    </context>
    <context>
        <name>boxes</name>
        <message>
            <source>Box {n}: arrows move it, with Shift they resize it, Delete removes it. Esc ends</source>
            <translation>检测框 {n}：方向键移动，按住 Shift 调整大小，Delete 删除，Esc 结束</translation>
        </message>
        <message>
            <source>Drag a box; Enter draws one in the middle. Esc ends</source>
            <translation>拖动画出检测框；Enter 在中间画一个，Esc 结束</translation>
        </message>
        <message>
            <source>the whole frame is one box</source>
            <translation>整帧为一个检测框</translation>
        </message>
    </context>
    <context>
        <name>captures</name>
        <message>
            <source>Load its saved weights…</source>
            <translation>加载其保存的权重…</translation>
        </message>
        <message>
            <source>Load {name}…</source>
            <translation>加载 {name}…</translation>
        </message>
        <message>
            <source>Needs the model: a capture has no weights.</source>
            <translation>需要模型：捕获文件不含权重。</translation>
        </message>
        <message>
            <source>Needs the model; load {name}</source>
            <translation>需要模型；请加载 {name}</translation>
        </message>
        <message>
            <source>Needs the weights: a model of your own code is only recorded.</source>
            <translation>需要权重：由您自己的代码构建的模型只被记录。</translation>
        </message>
        <message>
            <source>No picture of this frame: the one before it is shown</source>
            <translation>此帧无画面：显示的是它之前的一帧</translation>
        </message>
        <message>
            <source>The model is that of the capture, without weights: {name} runs other windows</source>
            <translation>模型来自捕获文件，不含权重：运行其他窗口需要 {name}</translation>
        </message>
        <message>
            <source>This window was not captured; load {name} to run it</source>
            <translation>此窗口未被捕获；要运行它，请加载 {name}</translation>
        </message>
        <message>
            <source>of the capture, without weights</source>
            <translation>来自捕获文件，不含权重</translation>
        </message>
        <message>
            <source>your own code, run as it is</source>
            <translation>您自己的代码，按原样运行</translation>
        </message>
        <message>
            <source>{name} is not the checkpoint of {file} ({made_of}): its windows are run anew</source>
            <translation>{name} 不是 {file} 的检查点（{made_of}）：其窗口将重新运行</translation>
        </message>
    </context>
    <context>
        <name>clips</name>
        <message>
            <source>Clip</source>
            <translation>视频</translation>
        </message>
        <message>
            <source>Label</source>
            <translation>标签</translation>
        </message>
        <message>
            <source>Predicted</source>
            <translation>预测类别</translation>
        </message>
        <message>
            <source>Probability</source>
            <translation>概率</translation>
        </message>
        <message>
            <source>Right</source>
            <translation>正确</translation>
        </message>
        <message>
            <source>That was the first clip</source>
            <translation>已是第一个视频</translation>
        </message>
        <message>
            <source>That was the last clip</source>
            <translation>已是最后一个视频</translation>
        </message>
    </context>
    <context>
        <name>commands</name>
        <message>
            <source>&amp;Attention</source>
            <translation>注意力(&amp;A)</translation>
        </message>
        <message>
            <source>&amp;Edit</source>
            <translation>编辑(&amp;E)</translation>
        </message>
        <message>
            <source>&amp;File</source>
            <translation>文件(&amp;F)</translation>
        </message>
        <message>
            <source>&amp;Help</source>
            <translation>帮助(&amp;H)</translation>
        </message>
        <message>
            <source>&amp;Playback</source>
            <translation>播放(&amp;P)</translation>
        </message>
        <message>
            <source>&amp;View</source>
            <translation>视图(&amp;V)</translation>
        </message>
        <message>
            <source>120 is a frame, 0:04.2 a time, 50% a part of the video</source>
            <translation>120 表示帧号，0:04.2 表示时间，50% 表示视频中的位置</translation>
        </message>
        <message>
            <source>A head that is off gives its mean over all windows of a batch</source>
            <translation>已关闭的头给出其在批处理所有窗口上的均值</translation>
        </message>
        <message>
            <source>A head, an MLP or a block gives what it gave for another clip</source>
            <translation>让一个头、MLP 或块给出它对另一视频的输出</translation>
        </message>
        <message>
            <source>A list of clips, one after another</source>
            <translation>视频列表，逐个查看</translation>
        </message>
        <message>
            <source>Ablation, ablate, knock out</source>
            <translation>消融，关闭，屏蔽</translation>
        </message>
        <message>
            <source>About MViT Lens</source>
            <translation>关于 MViT Lens</translation>
        </message>
        <message>
            <source>Activity and log</source>
            <translation>任务和日志</translation>
        </message>
        <message>
            <source>Actual size</source>
            <translation>实际大小</translation>
        </message>
        <message>
            <source>Add marker</source>
            <translation>添加标记</translation>
        </message>
        <message>
            <source>All blocks and all their heads</source>
            <translation>所有块及其所有头</translation>
        </message>
        <message>
            <source>All heads compared by numbers</source>
            <translation>以数值比较所有注意力头</translation>
        </message>
        <message>
            <source>All heads of the block</source>
            <translation>此块的所有头</translation>
        </message>
        <message>
            <source>All heads on</source>
            <translation>开启所有头</translation>
        </message>
        <message>
            <source>All heads on, and all tubes off</source>
            <translation>开启所有头，移除所有时空管</translation>
        </message>
        <message>
            <source>All panels away, or back</source>
            <translation>隐藏或恢复所有面板</translation>
        </message>
        <message>
            <source>Architecture</source>
            <translation>架构</translation>
        </message>
        <message>
            <source>As the file says</source>
            <translation>按文件所述</translation>
        </message>
        <message>
            <source>Atlas</source>
            <translation>图谱</translation>
        </message>
        <message>
            <source>Atlas of heads</source>
            <translation>注意力头图谱</translation>
        </message>
        <message>
            <source>Atlas workspace</source>
            <translation>图谱工作区</translation>
        </message>
        <message>
            <source>Average over the whole video</source>
            <translation>对整个视频求平均</translation>
        </message>
        <message>
            <source>Back to the place before</source>
            <translation>回到上一个位置</translation>
        </message>
        <message>
            <source>Big step back</source>
            <translation>大步后退</translation>
        </message>
        <message>
            <source>Big step on</source>
            <translation>大步前进</translation>
        </message>
        <message>
            <source>Boxes</source>
            <translation>检测框</translation>
        </message>
        <message>
            <source>Build the model as a published architecture</source>
            <translation>按已发表的架构构建模型</translation>
        </message>
        <message>
            <source>Build the model from a configuration of its code base</source>
            <translation>按其代码库的配置构建模型</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Capture file, attention, keep, mvitcap</source>
            <translation>捕获文件, 注意力, 保存, mvitcap</translation>
        </message>
        <message>
            <source>Centre a window here</source>
            <translation>以此帧为中心的模型窗口</translation>
        </message>
        <message>
            <source>Change how the model is fed</source>
            <translation>更改模型的输入方式</translation>
        </message>
        <message>
            <source>Check the faithfulness</source>
            <translation>检查忠实度</translation>
        </message>
        <message>
            <source>Check the sanity</source>
            <translation>合理性检查</translation>
        </message>
        <message>
            <source>Choose configuration…</source>
            <translation>选择配置…</translation>
        </message>
        <message>
            <source>Choose preset…</source>
            <translation>选择预设…</translation>
        </message>
        <message>
            <source>Choose the folder that paths of the batch result count from now</source>
            <translation>选择批处理结果中各路径现在所在的文件夹</translation>
        </message>
        <message>
            <source>Choose weights…</source>
            <translation>选择权重…</translation>
        </message>
        <message>
            <source>Class names…</source>
            <translation>类别名…</translation>
        </message>
        <message>
            <source>Clear loop</source>
            <translation>清除循环</translation>
        </message>
        <message>
            <source>Clear the list</source>
            <translation>清空列表</translation>
        </message>
        <message>
            <source>Click a token to see where it looks; with Shift, who looks at it</source>
            <translation>单击词元查看它关注哪里；按住 Shift 单击，查看谁在关注它</translation>
        </message>
        <message>
            <source>Clips</source>
            <translation>视频列表</translation>
        </message>
        <message>
            <source>Clips of the batch lie in…</source>
            <translation>批处理的视频位于…</translation>
        </message>
        <message>
            <source>Clips panel</source>
            <translation>视频列表面板</translation>
        </message>
        <message>
            <source>Clips workspace</source>
            <translation>视频列表工作区</translation>
        </message>
        <message>
            <source>Close list</source>
            <translation>关闭列表</translation>
        </message>
        <message>
            <source>Close pane</source>
            <translation>关闭窗格</translation>
        </message>
        <message>
            <source>Close video</source>
            <translation>关闭视频</translation>
        </message>
        <message>
            <source>Colour bar in multiples of uniform</source>
            <translation>色条以均匀值的倍数为单位</translation>
        </message>
        <message>
            <source>Colours</source>
            <translation>颜色</translation>
        </message>
        <message>
            <source>Compare</source>
            <translation>对比</translation>
        </message>
        <message>
            <source>Copy boxes to all windows</source>
            <translation>将检测框复制到所有模型窗口</translation>
        </message>
        <message>
            <source>Copy image</source>
            <translation>复制图像</translation>
        </message>
        <message>
            <source>Copy parameters</source>
            <translation>复制参数</translation>
        </message>
        <message>
            <source>Copy predictions</source>
            <translation>复制预测</translation>
        </message>
        <message>
            <source>Copy predictions as CSV</source>
            <translation>将预测复制为 CSV</translation>
        </message>
        <message>
            <source>Copy the map shown, a line for each token: t, y, x, value</source>
            <translation>复制所示的图，每个词元一行：t、y、x、值</translation>
        </message>
        <message>
            <source>Copy values</source>
            <translation>复制数值</translation>
        </message>
        <message>
            <source>Copy what is shown, with titles and colour bar where several maps are</source>
            <translation>复制当前显示的内容；有多张图时附带标题和色条</translation>
        </message>
        <message>
            <source>Delete the box or the tube</source>
            <translation>删除检测框或时空管</translation>
        </message>
        <message>
            <source>Deletion, insertion</source>
            <translation>删除，插入</translation>
        </message>
        <message>
            <source>Dim what the model did not see</source>
            <translation>压暗模型未看到的部分</translation>
        </message>
        <message>
            <source>Dismiss the failed load</source>
            <translation>关闭失败的加载</translation>
        </message>
        <message>
            <source>Display panel</source>
            <translation>显示面板</translation>
        </message>
        <message>
            <source>Drag on the frame: erase, blur, freeze or keep what lies there</source>
            <translation>在画面上拖动：擦除、模糊、冻结或仅保留该处</translation>
        </message>
        <message>
            <source>Drag on the frame: the model predicts for what lies in the box</source>
            <translation>在画面上拖动：模型对框内内容进行预测</translation>
        </message>
        <message>
            <source>Draw a box</source>
            <translation>画检测框</translation>
        </message>
        <message>
            <source>E&amp;xport</source>
            <translation>导出(&amp;X)</translation>
        </message>
        <message>
            <source>Even tint</source>
            <translation>均匀着色</translation>
        </message>
        <message>
            <source>Every window of the clip gets the boxes of the window shown</source>
            <translation>视频的每个模型窗口都采用当前模型窗口的检测框</translation>
        </message>
        <message>
            <source>Exchange the two classes</source>
            <translation>交换两个类别</translation>
        </message>
        <message>
            <source>Exp&amp;lain</source>
            <translation>解释(&amp;L)</translation>
        </message>
        <message>
            <source>Explain</source>
            <translation>解释</translation>
        </message>
        <message>
            <source>Explain workspace</source>
            <translation>解释工作区</translation>
        </message>
        <message>
            <source>Explain, evidence, attribution, saliency</source>
            <translation>解释，证据，归因，显著性</translation>
        </message>
        <message>
            <source>Export again</source>
            <translation>再次导出</translation>
        </message>
        <message>
            <source>Export…</source>
            <translation>导出…</translation>
        </message>
        <message>
            <source>Faster</source>
            <translation>加快</translation>
        </message>
        <message>
            <source>Figure…</source>
            <translation>插图…</translation>
        </message>
        <message>
            <source>Find the effects of heads</source>
            <translation>求各头的效应</translation>
        </message>
        <message>
            <source>First frame</source>
            <translation>第一帧</translation>
        </message>
        <message>
            <source>Fit colour range once</source>
            <translation>自动适配颜色范围一次</translation>
        </message>
        <message>
            <source>Fit to window</source>
            <translation>适合视图大小</translation>
        </message>
        <message>
            <source>Forward again</source>
            <translation>再次前进</translation>
        </message>
        <message>
            <source>Frame rate of pictures…</source>
            <translation>图片的帧率…</translation>
        </message>
        <message>
            <source>Freeze the clip before and after each sampled frame</source>
            <translation>在每个采样帧之前和之后冻结视频</translation>
        </message>
        <message>
            <source>Full screen</source>
            <translation>全屏</translation>
        </message>
        <message>
            <source>Go to Look with the chosen head; Enter in the atlas does the same</source>
            <translation>带着所选的头回到“查看”；在图谱中按回车也可</translation>
        </message>
        <message>
            <source>Go to frame or time…</source>
            <translation>转到帧或时间…</translation>
        </message>
        <message>
            <source>Go to the frame of the largest value, and point at it</source>
            <translation>转到最大值所在的帧，并指向它</translation>
        </message>
        <message>
            <source>Go to the last block in which a token can be picked, and pick</source>
            <translation>转到可选取词元的最后一块并选取</translation>
        </message>
        <message>
            <source>Go to the strongest frame</source>
            <translation>转到最强的帧</translation>
        </message>
        <message>
            <source>Go to the strongest head</source>
            <translation>转到最强的头</translation>
        </message>
        <message>
            <source>Go to the strongest token</source>
            <translation>转到最强的词元</translation>
        </message>
        <message>
            <source>Go to view</source>
            <translation>转到视图</translation>
        </message>
        <message>
            <source>Go to where most of the map lies in time</source>
            <translation>转到图在时间上最集中之处</translation>
        </message>
        <message>
            <source>Guide</source>
            <translation>指南</translation>
        </message>
        <message>
            <source>HTML, web page, browser, share, give away, offline</source>
            <translation>HTML，网页，浏览器，分享，离线</translation>
        </message>
        <message>
            <source>Head card panel</source>
            <translation>头卡片面板</translation>
        </message>
        <message>
            <source>Head effects panel</source>
            <translation>头效应面板</translation>
        </message>
        <message>
            <source>Head {n} alone</source>
            <translation>只看头 {n}</translation>
        </message>
        <message>
            <source>Heads</source>
            <translation>各头</translation>
        </message>
        <message>
            <source>Heads of the readout</source>
            <translation>读出的各头</translation>
        </message>
        <message>
            <source>Heads over the clip</source>
            <translation>整段视频的各头</translation>
        </message>
        <message>
            <source>Heads panel</source>
            <translation>注意力头面板</translation>
        </message>
        <message>
            <source>Heat overlay</source>
            <translation>叠加热力图</translation>
        </message>
        <message>
            <source>Hide all panels, show all panels, larger frame</source>
            <translation>隐藏所有面板, 显示所有面板, 更大的画面</translation>
        </message>
        <message>
            <source>Hide the heat while held</source>
            <translation>按住时隐藏热力图</translation>
        </message>
        <message>
            <source>How fast the pictures of a folder follow each other</source>
            <translation>文件夹中图片的播放快慢</translation>
        </message>
        <message>
            <source>Keep what is shown as a pane of the compare view</source>
            <translation>把当前显示的内容固定为对比视图中的一个窗格</translation>
        </message>
        <message>
            <source>Keyboard shortcuts…</source>
            <translation>键盘快捷键…</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>标签</translation>
        </message>
        <message>
            <source>Last frame</source>
            <translation>最后一帧</translation>
        </message>
        <message>
            <source>Lay maps over frames out on a page in millimetres, for a paper</source>
            <translation>以毫米为单位将各帧上的图排成页面，用于论文</translation>
        </message>
        <message>
            <source>Layers</source>
            <translation>各层</translation>
        </message>
        <message>
            <source>Layers panel</source>
            <translation>层面板</translation>
        </message>
        <message>
            <source>Leave mode, return to the frame</source>
            <translation>退出当前模式，回到画面</translation>
        </message>
        <message>
            <source>Less opaque</source>
            <translation>降低不透明度</translation>
        </message>
        <message>
            <source>Light or dark</source>
            <translation>浅色或深色</translation>
        </message>
        <message>
            <source>Lines between tokens, where these are large enough on screen</source>
            <translation>词元之间的分隔线；词元在屏幕上足够大时显示</translation>
        </message>
        <message>
            <source>List all videos below a folder</source>
            <translation>列出文件夹内的所有视频</translation>
        </message>
        <message>
            <source>List of clips</source>
            <translation>视频列表</translation>
        </message>
        <message>
            <source>List, search and change all keys</source>
            <translation>列出、搜索和更改所有按键</translation>
        </message>
        <message>
            <source>Load a trained checkpoint</source>
            <translation>加载训练好的检查点</translation>
        </message>
        <message>
            <source>Load model…</source>
            <translation>加载模型…</translation>
        </message>
        <message>
            <source>Lock colour range</source>
            <translation>锁定颜色范围</translation>
        </message>
        <message>
            <source>Longer steps</source>
            <translation>更大的步长</translation>
        </message>
        <message>
            <source>Look</source>
            <translation>查看</translation>
        </message>
        <message>
            <source>Look at here</source>
            <translation>查看谁关注此处</translation>
        </message>
        <message>
            <source>Look from here</source>
            <translation>查看此处关注哪里</translation>
        </message>
        <message>
            <source>Look workspace</source>
            <translation>查看工作区</translation>
        </message>
        <message>
            <source>Loop</source>
            <translation>循环</translation>
        </message>
        <message>
            <source>Loop begins here</source>
            <translation>循环从此处开始</translation>
        </message>
        <message>
            <source>Loop ends here</source>
            <translation>循环到此处结束</translation>
        </message>
        <message>
            <source>Loop: off, all, range</source>
            <translation>循环：关闭、全部、区间</translation>
        </message>
        <message>
            <source>Make the map again with weights drawn anew; it must change</source>
            <translation>重新随机初始化权重后再生成该图；它必须改变</translation>
        </message>
        <message>
            <source>Markers</source>
            <translation>标记</translation>
        </message>
        <message>
            <source>Mean of heads</source>
            <translation>头的均值</translation>
        </message>
        <message>
            <source>Mean of heads over a batch result…</source>
            <translation>头在批处理结果上的均值…</translation>
        </message>
        <message>
            <source>Mean of heads over the whole clip</source>
            <translation>取整个片段上的头均值</translation>
        </message>
        <message>
            <source>Mean of heads, again for maximum</source>
            <translation>各头的均值，再按为最大值</translation>
        </message>
        <message>
            <source>Menu of the token</source>
            <translation>词元菜单</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>模型</translation>
        </message>
        <message>
            <source>Model panel</source>
            <translation>模型面板</translation>
        </message>
        <message>
            <source>Model windows</source>
            <translation>模型窗口</translation>
        </message>
        <message>
            <source>More opaque</source>
            <translation>提高不透明度</translation>
        </message>
        <message>
            <source>Name the classes from a file: text, JSON, CSV, YAML or pbtxt</source>
            <translation>用文件命名类别：文本、JSON、CSV、YAML 或 pbtxt</translation>
        </message>
        <message>
            <source>Network, checkpoint, state</source>
            <translation>网络, 检查点, 状态</translation>
        </message>
        <message>
            <source>Next box</source>
            <translation>下一个检测框</translation>
        </message>
        <message>
            <source>Next clip of the list</source>
            <translation>列表中的下一个视频</translation>
        </message>
        <message>
            <source>Next colour map</source>
            <translation>下一种配色</translation>
        </message>
        <message>
            <source>Next colour range policy</source>
            <translation>下一种颜色范围策略</translation>
        </message>
        <message>
            <source>Next head</source>
            <translation>下一个头</translation>
        </message>
        <message>
            <source>Next layer</source>
            <translation>下一层</translation>
        </message>
        <message>
            <source>Next marker</source>
            <translation>下一个标记</translation>
        </message>
        <message>
            <source>Next model window</source>
            <translation>下一个模型窗口</translation>
        </message>
        <message>
            <source>Next pane</source>
            <translation>下一个窗格</translation>
        </message>
        <message>
            <source>Next sampled frame</source>
            <translation>下一采样帧</translation>
        </message>
        <message>
            <source>Next series of the timeline</source>
            <translation>时间轴的下一种曲线</translation>
        </message>
        <message>
            <source>Next stage</source>
            <translation>下一阶段</translation>
        </message>
        <message>
            <source>Next view</source>
            <translation>下一种视图</translation>
        </message>
        <message>
            <source>Next workspace</source>
            <translation>下一个工作区</translation>
        </message>
        <message>
            <source>Normal speed</source>
            <translation>正常速度</translation>
        </message>
        <message>
            <source>Numbers of heads: of the tokens that the prediction is read from</source>
            <translation>头的数值：取预测所读取的词元</translation>
        </message>
        <message>
            <source>Numbers of heads: the mean over the windows that were run</source>
            <translation>头的数值：对已运行的窗口取平均</translation>
        </message>
        <message>
            <source>On the frame</source>
            <translation>画面上</translation>
        </message>
        <message>
            <source>One frame back</source>
            <translation>后退一帧</translation>
        </message>
        <message>
            <source>One frame on</source>
            <translation>前进一帧</translation>
        </message>
        <message>
            <source>One head alone</source>
            <translation>单独显示一个头</translation>
        </message>
        <message>
            <source>One map, as large as it goes</source>
            <translation>一张图，尽可能大</translation>
        </message>
        <message>
            <source>One more window of the model, around the frame shown</source>
            <translation>在当前帧周围再加一个模型窗口</translation>
        </message>
        <message>
            <source>One opacity everywhere, also where values are low</source>
            <translation>处处同一不透明度，值低的地方也一样</translation>
        </message>
        <message>
            <source>One prediction: the mean over windows, or over clips and crops as papers test</source>
            <translation>一个预测：各模型窗口的均值，或如论文测试那样对片段和裁剪取均值</translation>
        </message>
        <message>
            <source>One second back</source>
            <translation>后退一秒</translation>
        </message>
        <message>
            <source>One second on</source>
            <translation>前进一秒</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>打开</translation>
        </message>
        <message>
            <source>Open a list of clips, with their labels, to step through</source>
            <translation>打开带标签的视频列表，逐个查看</translation>
        </message>
        <message>
            <source>Open a video</source>
            <translation>打开视频</translation>
        </message>
        <message>
            <source>Open a video, a model and a view as they were saved</source>
            <translation>按保存时的样子打开视频、模型和视图</translation>
        </message>
        <message>
            <source>Open batch result…</source>
            <translation>打开批处理结果…</translation>
        </message>
        <message>
            <source>Open boxes…</source>
            <translation>打开检测框…</translation>
        </message>
        <message>
            <source>Open folder of clips…</source>
            <translation>打开视频文件夹…</translation>
        </message>
        <message>
            <source>Open folder of pictures…</source>
            <translation>打开图片文件夹…</translation>
        </message>
        <message>
            <source>Open list of clips…</source>
            <translation>打开视频列表…</translation>
        </message>
        <message>
            <source>Open numbered pictures as the frames of a video</source>
            <translation>把带编号的图片作为视频的帧打开</translation>
        </message>
        <message>
            <source>Open recent</source>
            <translation>打开最近的文件</translation>
        </message>
        <message>
            <source>Open sample</source>
            <translation>打开示例</translation>
        </message>
        <message>
            <source>Open session…</source>
            <translation>打开会话…</translation>
        </message>
        <message>
            <source>Open the first sample clip with the demo model</source>
            <translation>用演示模型打开第一段示例视频</translation>
        </message>
        <message>
            <source>Open the folder that a batch was written to, as a table of rows</source>
            <translation>以表格形式打开批处理写入的文件夹</translation>
        </message>
        <message>
            <source>Open video…</source>
            <translation>打开视频…</translation>
        </message>
        <message>
            <source>Outline at half the range</source>
            <translation>范围一半处的轮廓线</translation>
        </message>
        <message>
            <source>Paint a tube</source>
            <translation>画一个时空管</translation>
        </message>
        <message>
            <source>Panels</source>
            <translation>面板</translation>
        </message>
        <message>
            <source>Panes to compare</source>
            <translation>对比窗格</translation>
        </message>
        <message>
            <source>Paper, journal, SVG, PDF, print, publication</source>
            <translation>论文, 期刊, SVG, PDF, 印刷, 发表</translation>
        </message>
        <message>
            <source>Patch from another clip…</source>
            <translation>从另一视频打补丁…</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>暂停</translation>
        </message>
        <message>
            <source>Pick a query token</source>
            <translation>选取查询词元</translation>
        </message>
        <message>
            <source>Pick in the block before</source>
            <translation>在前一块中选取</translation>
        </message>
        <message>
            <source>Pin to compare</source>
            <translation>固定以对比</translation>
        </message>
        <message>
            <source>Play every frame</source>
            <translation>逐帧播放</translation>
        </message>
        <message>
            <source>Play or pause</source>
            <translation>播放或暂停</translation>
        </message>
        <message>
            <source>Predictions panel</source>
            <translation>预测面板</translation>
        </message>
        <message>
            <source>Preferences…</source>
            <translation>首选项…</translation>
        </message>
        <message>
            <source>Preprocessing…</source>
            <translation>预处理…</translation>
        </message>
        <message>
            <source>Previous clip of the list</source>
            <translation>列表中的上一个视频</translation>
        </message>
        <message>
            <source>Previous colour map</source>
            <translation>上一种配色</translation>
        </message>
        <message>
            <source>Previous head</source>
            <translation>上一个头</translation>
        </message>
        <message>
            <source>Previous layer</source>
            <translation>上一层</translation>
        </message>
        <message>
            <source>Previous marker</source>
            <translation>上一个标记</translation>
        </message>
        <message>
            <source>Previous model window</source>
            <translation>上一个模型窗口</translation>
        </message>
        <message>
            <source>Previous pane</source>
            <translation>上一个窗格</translation>
        </message>
        <message>
            <source>Previous sampled frame</source>
            <translation>上一采样帧</translation>
        </message>
        <message>
            <source>Previous stage</source>
            <translation>上一阶段</translation>
        </message>
        <message>
            <source>Previous view</source>
            <translation>上一种视图</translation>
        </message>
        <message>
            <source>Probability, entropy, mass on patches, or none</source>
            <translation>概率、熵、图块占比，或不显示</translation>
        </message>
        <message>
            <source>Query of the class token</source>
            <translation>类别词元的查询</translation>
        </message>
        <message>
            <source>Query of the readout</source>
            <translation>读出的查询</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>退出</translation>
        </message>
        <message>
            <source>Read another of several networks in the file</source>
            <translation>读取文件中的另一个网络</translation>
        </message>
        <message>
            <source>Read boxes from a CSV file: seconds or frame, x1, y1, x2, y2</source>
            <translation>从 CSV 文件读取检测框：秒或帧、x1、y1、x2、y2</translation>
        </message>
        <message>
            <source>Recent file {n}</source>
            <translation>最近的文件 {n}</translation>
        </message>
        <message>
            <source>Redo view change</source>
            <translation>重做视图更改</translation>
        </message>
        <message>
            <source>Remove marker</source>
            <translation>删除标记</translation>
        </message>
        <message>
            <source>Remove what the map shows, and see whether the class goes</source>
            <translation>删除图中所示的部分，看该类别是否消失</translation>
        </message>
        <message>
            <source>Rename marker</source>
            <translation>重命名标记</translation>
        </message>
        <message>
            <source>Report…</source>
            <translation>报告…</translation>
        </message>
        <message>
            <source>Reset display settings</source>
            <translation>重置显示设置</translation>
        </message>
        <message>
            <source>Reset layout</source>
            <translation>重置布局</translation>
        </message>
        <message>
            <source>Run</source>
            <translation>运行</translation>
        </message>
        <message>
            <source>Run every window in the background, for the series of the timeline</source>
            <translation>在后台运行每个模型窗口，用于时间轴上的曲线</translation>
        </message>
        <message>
            <source>Run the clip, so that a head that is off gives a better mean</source>
            <translation>运行整个片段，使已关闭的头给出更好的均值</translation>
        </message>
        <message>
            <source>Run the model on the window shown</source>
            <translation>在当前模型窗口上运行模型</translation>
        </message>
        <message>
            <source>Run the whole clip</source>
            <translation>运行整个视频</translation>
        </message>
        <message>
            <source>Run the windows ahead, and play once it cannot overtake them; again = now</source>
            <translation>先运行前方的模型窗口，播放不会追上时再播放；再按一次立即播放</translation>
        </message>
        <message>
            <source>Run this window</source>
            <translation>运行此模型窗口</translation>
        </message>
        <message>
            <source>Run, then play</source>
            <translation>运行后播放</translation>
        </message>
        <message>
            <source>Save capture…</source>
            <translation>保存捕获文件…</translation>
        </message>
        <message>
            <source>Save session</source>
            <translation>保存会话</translation>
        </message>
        <message>
            <source>Save session as…</source>
            <translation>会话另存为…</translation>
        </message>
        <message>
            <source>Save the windows run so far, to be shown without model and clip</source>
            <translation>保存目前已运行的窗口，无需模型和视频即可查看</translation>
        </message>
        <message>
            <source>Save this window as one HTML page, to be looked at in any browser</source>
            <translation>将此窗口保存为一个网页，可在任何浏览器中查看</translation>
        </message>
        <message>
            <source>Save what is shown as a film, a picture or numbers</source>
            <translation>将所显示的内容保存为影片、图片或数值</translation>
        </message>
        <message>
            <source>Save what is shown now in the form of the last export, under another name</source>
            <translation>按上次导出的形式，以另一个文件名保存当前显示的内容</translation>
        </message>
        <message>
            <source>Save which video and model are open, and how they are shown</source>
            <translation>保存打开的视频和模型，以及显示方式</translation>
        </message>
        <message>
            <source>Search commands…</source>
            <translation>搜索命令…</translation>
        </message>
        <message>
            <source>Settings, options, language, 中文, English, threads, memory</source>
            <translation>设置, 选项, 语言, 中文, English, language, 线程, 内存</translation>
        </message>
        <message>
            <source>Show every frame, even if playback becomes slower than the video; otherwise frames are skipped to keep time</source>
            <translation>显示每一帧，即使播放因此变慢；否则会跳过一些帧以保持时间同步</translation>
        </message>
        <message>
            <source>Show the head of this block with the largest value, alone</source>
            <translation>单独显示本块中值最大的头</translation>
        </message>
        <message>
            <source>Show the head on the frame</source>
            <translation>在帧上显示该头</translation>
        </message>
        <message>
            <source>Show what is chosen alone</source>
            <translation>单独显示所选内容</translation>
        </message>
        <message>
            <source>Show what of the clip speaks for a class; again: back</source>
            <translation>显示视频中支持某一类别的部分；再按一次返回</translation>
        </message>
        <message>
            <source>Shuttle backwards</source>
            <translation>逐级加速倒放</translation>
        </message>
        <message>
            <source>Shuttle forwards</source>
            <translation>逐级加速播放</translation>
        </message>
        <message>
            <source>Signed difference with the pane</source>
            <translation>与窗格的带符号差值</translation>
        </message>
        <message>
            <source>Similar tokens</source>
            <translation>相似的词元</translation>
        </message>
        <message>
            <source>Single</source>
            <translation>单图</translation>
        </message>
        <message>
            <source>Slower</source>
            <translation>减慢</translation>
        </message>
        <message>
            <source>Smooth between tokens</source>
            <translation>在词元之间平滑</translation>
        </message>
        <message>
            <source>Speed</source>
            <translation>速度</translation>
        </message>
        <message>
            <source>Spotlight instead of colours</source>
            <translation>用聚光代替着色</translation>
        </message>
        <message>
            <source>Stop what is being done</source>
            <translation>停止正在进行的任务</translation>
        </message>
        <message>
            <source>Stride in frames…</source>
            <translation>以帧计的步长…</translation>
        </message>
        <message>
            <source>Stride, overlap, sliding windows</source>
            <translation>步长, 重叠, 滑动窗口</translation>
        </message>
        <message>
            <source>Swap with the next pane</source>
            <translation>与下一个窗格互换</translation>
        </message>
        <message>
            <source>Switch the head off or on</source>
            <translation>关闭或开启此头</translation>
        </message>
        <message>
            <source>Take the tour</source>
            <translation>查看导览</translation>
        </message>
        <message>
            <source>The model runs without the head that is chosen; again: with it</source>
            <translation>模型不用所选的头运行；再按一次恢复</translation>
        </message>
        <message>
            <source>The next frame that the model sees</source>
            <translation>模型看到的下一帧</translation>
        </message>
        <message>
            <source>The previous frame that the model sees</source>
            <translation>模型看到的上一帧</translation>
        </message>
        <message>
            <source>Theme, dark mode, light mode</source>
            <translation>主题 theme 深色模式 浅色模式 dark light</translation>
        </message>
        <message>
            <source>Timeline</source>
            <translation>时间轴</translation>
        </message>
        <message>
            <source>Token grid</source>
            <translation>词元网格</translation>
        </message>
        <message>
            <source>Tokens</source>
            <translation>词元</translation>
        </message>
        <message>
            <source>Undo all changes</source>
            <translation>撤销所有改动</translation>
        </message>
        <message>
            <source>Undo view change</source>
            <translation>撤销视图更改</translation>
        </message>
        <message>
            <source>Video stream</source>
            <translation>视频流</translation>
        </message>
        <message>
            <source>Video stream {n}</source>
            <translation>视频流 {n}</translation>
        </message>
        <message>
            <source>What can be done at the pointer, as a right click</source>
            <translation>指针处可做的操作，同右键单击</translation>
        </message>
        <message>
            <source>What if</source>
            <translation>如果这样会怎样</translation>
        </message>
        <message>
            <source>What if, activation patching, causal tracing</source>
            <translation>如果, 激活修补, 因果追踪</translation>
        </message>
        <message>
            <source>What if, erase, blur, freeze, occlusion, mask</source>
            <translation>如果, 擦除, 模糊, 冻结, 遮挡, 掩码</translation>
        </message>
        <message>
            <source>What if, original, reset</source>
            <translation>如果, 原样, 重置</translation>
        </message>
        <message>
            <source>What is shown beside pinned maps</source>
            <translation>当前图与固定的图并列</translation>
        </message>
        <message>
            <source>What the class loses without each head, the last block first</source>
            <translation>没有各头时该类失去多少，从最后一块开始</translation>
        </message>
        <message>
            <source>When: what each frame adds</source>
            <translation>何时：每一帧的贡献</translation>
        </message>
        <message>
            <source>Where the model attends: layers, heads, colours</source>
            <translation>模型关注何处：层、头、配色</translation>
        </message>
        <message>
            <source>Where the token under the pointer looks</source>
            <translation>指针处词元的关注对象</translation>
        </message>
        <message>
            <source>Which tokens hold the same as the one under the pointer</source>
            <translation>哪些词元与指针下的词元内容相同</translation>
        </message>
        <message>
            <source>White on black; dashed where values speak against</source>
            <translation>黑底白线；值表示反对处为虚线</translation>
        </message>
        <message>
            <source>Who looks at the token under the pointer</source>
            <translation>指针处词元的关注来源</translation>
        </message>
        <message>
            <source>Whole video on the timeline</source>
            <translation>在时间轴上显示整个视频</translation>
        </message>
        <message>
            <source>Why panel</source>
            <translation>原因面板</translation>
        </message>
        <message>
            <source>Why the model says a class</source>
            <translation>模型为何给出这一类</translation>
        </message>
        <message>
            <source>Why this class?</source>
            <translation>为何是这一类？</translation>
        </message>
        <message>
            <source>Windows a quarter apart</source>
            <translation>模型窗口相隔四分之一</translation>
        </message>
        <message>
            <source>Windows half a window apart</source>
            <translation>模型窗口相隔一半</translation>
        </message>
        <message>
            <source>Windows side by side</source>
            <translation>模型窗口首尾相接</translation>
        </message>
        <message>
            <source>Without the configuration, preset and class names chosen</source>
            <translation>不使用所选的配置、预设和类别名</translation>
        </message>
        <message>
            <source>Workspace</source>
            <translation>工作区</translation>
        </message>
        <message>
            <source>Zoom</source>
            <translation>缩放</translation>
        </message>
        <message>
            <source>Zoom in</source>
            <translation>放大</translation>
        </message>
        <message>
            <source>Zoom out</source>
            <translation>缩小</translation>
        </message>
        <message>
            <source>Zoom the timeline in</source>
            <translation>放大时间轴</translation>
        </message>
        <message>
            <source>Zoom the timeline out</source>
            <translation>缩小时间轴</translation>
        </message>
        <message>
            <source>a single map is shown already</source>
            <translation>当前已是单图</translation>
        </message>
        <message>
            <source>all heads are on</source>
            <translation>所有头均已开启</translation>
        </message>
        <message>
            <source>choose a box or a tube first: click it</source>
            <translation>请先点击选择一个检测框或时空管</translation>
        </message>
        <message>
            <source>choose a class to explain it instead of with Shift and a click on Why?</source>
            <translation>请先按住 Shift 单击“为何？”，选择“而非”的类别</translation>
        </message>
        <message>
            <source>explain a class with W first</source>
            <translation>请先按 W 解释一个类别</translation>
        </message>
        <message>
            <source>export something first</source>
            <translation>请先导出一次</translation>
        </message>
        <message>
            <source>go to the atlas, with a window that was run, first</source>
            <translation>请先运行一个窗口并进入图谱</translation>
        </message>
        <message>
            <source>install what reads it first: pip install "mvit-lens[batch]"</source>
            <translation>请先安装读取所需的组件：pip install "mvit-lens[batch]"</translation>
        </message>
        <message>
            <source>it is a capture file already: open its clip</source>
            <translation>已是捕获文件：请打开其视频</translation>
        </message>
        <message>
            <source>load a model first</source>
            <translation>请先加载模型</translation>
        </message>
        <message>
            <source>needs the model's weights: load its checkpoint</source>
            <translation>需要模型的权重：请加载其检查点</translation>
        </message>
        <message>
            <source>no change to take back</source>
            <translation>没有可撤销的更改</translation>
        </message>
        <message>
            <source>no file was opened yet</source>
            <translation>尚未打开过文件</translation>
        </message>
        <message>
            <source>no load has failed</source>
            <translation>没有失败的加载</translation>
        </message>
        <message>
            <source>no place after this one</source>
            <translation>没有下一个位置</translation>
        </message>
        <message>
            <source>no place before this one</source>
            <translation>没有上一个位置</translation>
        </message>
        <message>
            <source>no such file was opened yet</source>
            <translation>还没有这么多最近打开的文件</translation>
        </message>
        <message>
            <source>nothing is being done</source>
            <translation>没有正在进行的任务</translation>
        </message>
        <message>
            <source>nothing is changed</source>
            <translation>没有任何改动</translation>
        </message>
        <message>
            <source>nothing was chosen beside the file</source>
            <translation>文件之外没有选择任何内容</translation>
        </message>
        <message>
            <source>nothing was taken back</source>
            <translation>没有可重做的更改</translation>
        </message>
        <message>
            <source>only the single map has an actual size</source>
            <translation>只有单图视图有实际大小</translation>
        </message>
        <message>
            <source>open a batch result first</source>
            <translation>请先打开批处理结果</translation>
        </message>
        <message>
            <source>open a folder of pictures first</source>
            <translation>请先打开图片文件夹</translation>
        </message>
        <message>
            <source>open a list of clips first</source>
            <translation>请先打开视频列表</translation>
        </message>
        <message>
            <source>open a video and load a model first</source>
            <translation>请先打开视频并加载模型</translation>
        </message>
        <message>
            <source>open a video and load a model of detection first</source>
            <translation>请先打开视频并加载检测模型</translation>
        </message>
        <message>
            <source>open a video and load a model with classes first</source>
            <translation>请先打开视频并加载有类别的模型</translation>
        </message>
        <message>
            <source>open a video first</source>
            <translation>请先打开视频</translation>
        </message>
        <message>
            <source>open a video first; the atlas has no views</source>
            <translation>请先打开视频；图谱没有视图</translation>
        </message>
        <message>
            <source>open a video first; the atlas has no views, and evidence is not of one head</source>
            <translation>请先打开视频；图谱没有视图，而证据不属于单个头</translation>
        </message>
        <message>
            <source>open a video first; the atlas has no views, and this map is not of one head</source>
            <translation>请先打开视频；图谱没有视图，而此图不属于单个头</translation>
        </message>
        <message>
            <source>open a video or load a model first</source>
            <translation>请先打开视频或加载模型</translation>
        </message>
        <message>
            <source>pin a map with P first</source>
            <translation>请先按 P 固定一张图</translation>
        </message>
        <message>
            <source>run a window first</source>
            <translation>请先运行一个模型窗口</translation>
        </message>
        <message>
            <source>run a window first; this map is not of one head</source>
            <translation>请先运行一个窗口；此图不属于单个头</translation>
        </message>
        <message>
            <source>run a window of a model with classes first</source>
            <translation>请先用有类别的模型运行一个模型窗口</translation>
        </message>
        <message>
            <source>switch all heads on and remove the tubes first: a capture is of the plain clip</source>
            <translation>请先开启所有头并移除时空管：捕获文件只含原始视频</translation>
        </message>
        <message>
            <source>the file has no such further video stream</source>
            <translation>文件中没有这个视频流</translation>
        </message>
        <message>
            <source>the file holds no further network</source>
            <translation>文件中没有其他网络</translation>
        </message>
        <message>
            <source>the model has no class token, or its prediction does not read this layer's</source>
            <translation>模型没有类别词元，或者预测不读取这一层的类别词元</translation>
        </message>
        <message>
            <source>there are no sample clips</source>
            <translation>没有示例视频</translation>
        </message>
        <message>
            <source>there is no loop</source>
            <translation>没有循环</translation>
        </message>
        <message>
            <source>this frame has no marker</source>
            <translation>此帧没有标记</translation>
        </message>
        <message>
            <source>this window has no boxes</source>
            <translation>此模型窗口没有检测框</translation>
        </message>
    </context>
    <context>
        <name>compare</name>
        <message>
            <source>Block {b}</source>
            <translation>块 {b}</translation>
        </message>
        <message>
            <source>Both maps are needed</source>
            <translation>需要两张图都在</translation>
        </message>
        <message>
            <source>No window of the model lies here</source>
            <translation>此处没有模型窗口</translation>
        </message>
        <message>
            <source>Now</source>
            <translation>当前</translation>
        </message>
        <message>
            <source>Opening {name}</source>
            <translation>正在打开 {name}</translation>
        </message>
        <message>
            <source>Window {n} is being run</source>
            <translation>正在运行模型窗口 {n}</translation>
        </message>
        <message>
            <source>signed difference</source>
            <translation>带符号差值</translation>
        </message>
    </context>
    <context>
        <name>dialogs</name>
        <message>
            <source>Frame rate of pictures</source>
            <translation>图片的帧率</translation>
        </message>
        <message>
            <source>Frames from one window of the model to the next, a whole window at most</source>
            <translation>从一个模型窗口到下一个的帧数，最多为一个完整的模型窗口</translation>
        </message>
        <message>
            <source>Pictures shown and sampled per second</source>
            <translation>每秒显示和采样的图片数</translation>
        </message>
        <message>
            <source>Stride of the windows</source>
            <translation>模型窗口步长</translation>
        </message>
    </context>
    <context>
        <name>differences</name>
        <message>
            <source>probability</source>
            <translation>概率</translation>
        </message>
        <message>
            <source>× uniform</source>
            <translation>× 均匀值</translation>
        </message>
    </context>
    <context>
        <name>effects</name>
        <message>
            <source>1 head is off ({names})</source>
            <translation>1 个头已关闭（{names}）</translation>
        </message>
        <message>
            <source>Again</source>
            <translation>重试</translation>
        </message>
        <message>
            <source>Choose one head first: a digit, or a row of Head effects</source>
            <translation>请先选择一个头：按数字键，或在头效应中选一行</translation>
        </message>
        <message>
            <source>Effects are found one head at a time.</source>
            <translation>效应逐头求得。</translation>
        </message>
        <message>
            <source>Find them</source>
            <translation>求效应</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>继续</translation>
        </message>
        <message>
            <source>Heads that are off give their mean over this clip: {why}</source>
            <translation>已关闭的头给出其在此视频上的均值：{why}</translation>
        </message>
        <message>
            <source>Install what reads batch results first: {command}</source>
            <translation>请先安装读取批处理结果所需的组件：{command}</translation>
        </message>
        <message>
            <source>Its mean over {name}, windows: {n}</source>
            <translation>其在 {name} 上的均值，窗口数：{n}</translation>
        </message>
        <message>
            <source>Not the mean of {name}: {why}</source>
            <translation>不是 {name} 的均值：{why}</translation>
        </message>
        <message>
            <source>Open a batch result of this model first, or choose one below</source>
            <translation>请先打开此模型的批处理结果，或在下面选择一个</translation>
        </message>
        <message>
            <source>Run the clip for a better one</source>
            <translation>运行整个片段以改进</translation>
        </message>
        <message>
            <source>Stopped.</source>
            <translation>已停止。</translation>
        </message>
        <message>
            <source>Take all {n} that were run</source>
            <translation>改用已运行的全部 {n} 个</translation>
        </message>
        <message>
            <source>The effects stopped: {reason}</source>
            <translation>头效应已停止：{reason}</translation>
        </message>
        <message>
            <source>The means of {name} are being read</source>
            <translation>正在读取 {name} 的均值</translation>
        </message>
        <message>
            <source>What the logit loses when a head gives its mean instead.</source>
            <translation>某头改为给出其均值时 logit 失去的量。</translation>
        </message>
        <message>
            <source>What the logit loses when a head gives its mean over the batch instead.</source>
            <translation>某头改为给出其在批处理上的均值时 logit 失去的量。</translation>
        </message>
        <message>
            <source>What the logit loses when a head gives zero instead. Of early heads that is little but an offset.</source>
            <translation>某头改为给出零时 logit 失去的量。对前面的头，这几乎只是偏移。</translation>
        </message>
        <message>
            <source>before: {what}</source>
            <translation>之前：{what}</translation>
        </message>
        <message>
            <source>heads off: {names}</source>
            <translation>已关闭的头：{names}</translation>
        </message>
        <message>
            <source>heads off: {names}, mean over {batch}</source>
            <translation>已关闭的头：{names}，{batch} 上的均值</translation>
        </message>
        <message>
            <source>logit of “{a}”</source>
            <translation>“{a}”的 logit</translation>
        </message>
        <message>
            <source>logit of “{a}”, not “{b}”</source>
            <translation>“{a}”而非“{b}”的 logit</translation>
        </message>
        <message>
            <source>mean of 1 window</source>
            <translation>1 个窗口的均值</translation>
        </message>
        <message>
            <source>mean of {n} windows</source>
            <translation>{n} 个窗口的均值</translation>
        </message>
        <message>
            <source>mean over {name}, windows: {n}</source>
            <translation>{name} 上的均值，窗口数：{n}</translation>
        </message>
        <message>
            <source>{names} and {n} more</source>
            <translation>{names} 等，另有 {n} 个</translation>
        </message>
        <message>
            <source>{n} heads are off ({names})</source>
            <translation>{n} 个头已关闭（{names}）</translation>
        </message>
    </context>
    <context>
        <name>empty</name>
        <message>
            <source>Choose a class to see what each head does for it.</source>
            <translation>选择一个类别，查看每个头对它的作用。</translation>
        </message>
        <message>
            <source>Comparing the heads…</source>
            <translation>正在比较各头…</translation>
        </message>
        <message>
            <source>Drop a list or a folder of clips.</source>
            <translation>请拖入视频列表或视频文件夹。</translation>
        </message>
        <message>
            <source>No row that is listed has these numbers; --stats all brings those of all patches.</source>
            <translation>所列各行都没有这些数值；--stats all 可得到所有图块的数值。</translation>
        </message>
        <message>
            <source>Open a batch result to compare heads over its rows: File &gt; List of clips.</source>
            <translation>打开批处理结果即可在其各行上比较注意力头：文件 &gt; 视频列表。</translation>
        </message>
        <message>
            <source>Open batch result…</source>
            <translation>打开批处理结果…</translation>
        </message>
        <message>
            <source>Open folder…</source>
            <translation>打开文件夹…</translation>
        </message>
        <message>
            <source>Open list…</source>
            <translation>打开列表…</translation>
        </message>
        <message>
            <source>Reading {name}</source>
            <translation>正在读取 {name}</translation>
        </message>
        <message>
            <source>Run</source>
            <translation>运行</translation>
        </message>
        <message>
            <source>Run a window to compare its heads.</source>
            <translation>运行一个模型窗口，比较其中的注意力头。</translation>
        </message>
        <message>
            <source>Run a window to explain its classes.</source>
            <translation>运行一个模型窗口，解释其类别。</translation>
        </message>
        <message>
            <source>The numbers of heads are found while you are in the Atlas (Alt+3).</source>
            <translation>进入图谱（Alt+3）后才会计算头的数值。</translation>
        </message>
        <message>
            <source>This model has no classes (masked pre-training)</source>
            <translation>此模型没有类别（掩码预训练）</translation>
        </message>
    </context>
    <context>
        <name>export_content</name>
        <message>
            <source>Block {b}, {head}, {map}</source>
            <translation>块 {b}，{head}，{map}</translation>
        </message>
        <message>
            <source>Last block of each stage, {head}, {map}</source>
            <translation>每个阶段的最后一块，{head}，{map}</translation>
        </message>
        <message>
            <source>Loop (frames {a}–{b})</source>
            <translation>循环（帧 {a}–{b}）</translation>
        </message>
        <message>
            <source>Only frames that the model saw</source>
            <translation>仅模型看到的帧</translation>
        </message>
        <message>
            <source>The panes {names}</source>
            <translation>窗格 {names}</translation>
        </message>
        <message>
            <source>The panes {names} and their difference</source>
            <translation>窗格 {names} 及其差异</translation>
        </message>
        <message>
            <source>This window (frames {a}–{b})</source>
            <translation>此模型窗口（帧 {a}–{b}）</translation>
        </message>
        <message>
            <source>Whole video ({n} frames)</source>
            <translation>整个视频（{n} 帧）</translation>
        </message>
        <message>
            <source>each head alone</source>
            <translation>每个头单独</translation>
        </message>
        <message>
            <source>mean of heads</source>
            <translation>各头的平均</translation>
        </message>
        <message>
            <source>{method} of the class on screen, in every window</source>
            <translation>屏幕上所示类别的{method}，每个窗口都有</translation>
        </message>
    </context>
    <context>
        <name>file_watch</name>
        <message>
            <source>{name} has changed on disk</source>
            <translation>{name} 在磁盘上已被更改</translation>
        </message>
        <message>
            <source>{name} has changed on disk; open it again</source>
            <translation>{name} 在磁盘上已被更改；请重新打开</translation>
        </message>
        <message>
            <source>{name} is not there any more; it is shown as it was opened</source>
            <translation>{name} 已不存在；显示的是打开时的内容</translation>
        </message>
    </context>
    <context>
        <name>files</name>
        <message>
            <source>{name} cannot be opened: drop a video ({videos}, …), a folder of pictures, a checkpoint ({models}, …), a session (.mvitlens), a report (.html), or a list ({lists}, …) or folder of clips</source>
            <translation>无法打开 {name}：请拖入视频（{videos}，…）、图片文件夹、检查点（{models}，…）、会话（.mvitlens）、报告（.html），或视频列表（{lists}，…）或视频文件夹</translation>
        </message>
    </context>
    <context>
        <name>finders</name>
        <message>
            <source>120 is a frame, 0:04.2 a time, 50% a share</source>
            <translation>120 是帧，0:04.2 是时间，50% 是比例</translation>
        </message>
        <message>
            <source>14 is a block, 14/3 its head 3; there is no such one</source>
            <translation>14 是块，14/3 是其第 3 个头；没有这样的块或头</translation>
        </message>
        <message>
            <source>Block {b}, all heads</source>
            <translation>块 {b}，所有头</translation>
        </message>
        <message>
            <source>Block {b}, head {h}</source>
            <translation>块 {b}，头 {h}</translation>
        </message>
        <message>
            <source>Class</source>
            <translation>类别</translation>
        </message>
        <message>
            <source>Frame</source>
            <translation>帧</translation>
        </message>
        <message>
            <source>Frame {n}</source>
            <translation>第 {n} 帧</translation>
        </message>
        <message>
            <source>Go to</source>
            <translation>转到</translation>
        </message>
        <message>
            <source>Guide</source>
            <translation>指南</translation>
        </message>
        <message>
            <source>Head</source>
            <translation>头</translation>
        </message>
        <message>
            <source>load a model first</source>
            <translation>请先加载模型</translation>
        </message>
        <message>
            <source>no class has this name</source>
            <translation>没有此名称的类别</translation>
        </message>
        <message>
            <source>open a video first</source>
            <translation>请先打开视频</translation>
        </message>
        <message>
            <source>run a window of a model with classes first</source>
            <translation>请先运行有类别的模型的一个窗口</translation>
        </message>
        <message>
            <source>the guide does not have this word</source>
            <translation>指南中没有这个词</translation>
        </message>
    </context>
    <context>
        <name>grid</name>
        <message>
            <source>Block {n}</source>
            <translation>块 {n}</translation>
        </message>
        <message>
            <source>Maps appear here once a model is loaded and a window has been run.</source>
            <translation>加载模型并运行一个模型窗口后，这里会显示注意力图。</translation>
        </message>
        <message>
            <source>Stage {n}</source>
            <translation>阶段 {n}</translation>
        </message>
        <message>
            <source>head {n}</source>
            <translation>头 {n}</translation>
        </message>
        <message>
            <source>sink {share}</source>
            <translation>汇聚 {share}</translation>
        </message>
    </context>
    <context>
        <name>grid_maps</name>
        <message>
            <source>Maps of all layers</source>
            <translation>所有层的图</translation>
        </message>
        <message>
            <source>components of each block</source>
            <translation>每个块各自的成分</translation>
        </message>
        <message>
            <source>each layer on its own range</source>
            <translation>各层使用各自的范围</translation>
        </message>
        <message>
            <source>each map on its own range</source>
            <translation>各图使用各自的范围</translation>
        </message>
        <message>
            <source>locked range</source>
            <translation>锁定的范围</translation>
        </message>
        <message>
            <source>manual range</source>
            <translation>手动范围</translation>
        </message>
        <message>
            <source>one range for all heads</source>
            <translation>所有头共用一个范围</translation>
        </message>
        <message>
            <source>one range for all layers</source>
            <translation>所有层共用一个范围</translation>
        </message>
        <message>
            <source>the same range for every map</source>
            <translation>所有图同一范围</translation>
        </message>
    </context>
    <context>
        <name>guide</name>
        <message>
            <source>'Attends to' is one row of the attention matrix: where one query looks. 'Attended by' is one column: who looks at one key. Queries and keys may lie on grids of different size, for keys are pooled.</source>
            <translation>“关注对象”是注意力矩阵的一行：一个查询关注哪里。“关注来源”是一列：谁关注某个键。键经过池化，所以查询和键的网格大小可能不同。</translation>
        </message>
        <message>
            <source>0 says that positions do nothing, 1 that nothing of the row is left without them. The class token has no position term. Display &gt; Map shows both parts as maps.</source>
            <translation>0 表示位置不起作用，1 表示去掉位置后该行面目全非。类别词元 没有位置项。“显示 &gt; 图”可将两部分分别显示为图。</translation>
        </message>
        <message>
            <source>A checkpoint that lacks its configuration, its class names or one of several networks says so in the Model panel, with a button for each way out.</source>
            <translation>检查点若缺少配置、类别名，或含有多个网络，模型面板会说明，并为每种解决办法提供按钮。</translation>
        </message>
        <message>
            <source>A class that goes with the tube needed what was there; one that stays did not need it, or finds it elsewhere too. It does not say that the model looked there: a hole is a picture that it was never trained on, so erase as much beside it and compare. Frozen, the tube tells motion from looks; kept alone, whether it is enough.
The model's input is covered, not the file: a pixel whose centre lies in the box. Erased is the clip's mean colour (occlusion: Zeiler and Fergus, 2014). Tubes are undone by Ctrl+Z, kept in sessions, and named in exports.</source>
            <translation>随时空管消失的类别需要该处的内容；仍在的类别不需要它，或在别处也能找到。这并不说明模型看了那里：空洞是模型从未训练过的画面，因此请在旁边擦除同样大小的一块作比较。冻结可区分运动与外观；仅保留可知它是否足够。
被遮盖的是模型的输入而非文件：中心落在矩形内的像素。擦除后显示视频的平均颜色（遮挡法：Zeiler 和 Fergus，2014）。时空管可用 Ctrl+Z 撤销，保存在会话中，并写入导出。</translation>
        </message>
        <message>
            <source>A click on a title sorts, a drag on the histogram lists the rows of a range. The checkpoint is loaded where its content is that of the run. Atlas &gt; Batch compares all heads over the rows that are listed.</source>
            <translation>单击列标题排序，在直方图上拖动只列出某一范围内的行。检查点的内容与运行时相同才会加载。图谱 &gt; 批处理 在所列各行上比较所有的头。</translation>
        </message>
        <message>
            <source>A colour has no meaning of its own and another block has other colours. Along a clip they stay, as the components are fitted once, on its first window. What lies in other components is not seen (Oquab et al., 2023, section 7.5; Amir et al., 2021).</source>
            <translation>颜色本身没有含义，另一个块有另外的颜色。同一视频中颜色保持不变，因为主成分只在其第一个窗口上拟合一次。其他成分中的内容看不到（Oquab 等，2023，第 7.5 节；Amir 等，2021）。</translation>
        </message>
        <message>
            <source>A head that looks everywhere alike has a large distance too: read it beside the entropy. The class token has no place, so its row has no distance (after Dosovitskiy et al., 2021, section 4.5).</source>
            <translation>均匀看向各处的头距离也大：请与熵一起读。类别词元 没有位置，因此其行没有距离（参照 Dosovitskiy 等，2021，第 4.5 节）。</translation>
        </message>
        <message>
            <source>A head, an MLP or a block gives what it gave for another clip, and the rest of the network runs on with it. The share says how much of the other's answer comes along: 1 is all of it.</source>
            <translation>让一个头、MLP 或块给出它对另一视频的输出，网络其余部分据此继续运行。份额说明另一视频的答案随之而来多少：1 即全部。</translation>
        </message>
        <message>
            <source>A large share says that what tells the two clips apart passes through that part. It does not say that the part finds it out, for it may only hand on what came from below; a whole late block always brings everything. A small share does not say that the part is idle: others may carry the same. Shares of parts do not add up, and they are of these two clips.
The share is of the distance between both clips' logits, of this clip's first class less the other's, or of the class that is explained; below 0 it goes the other way, and above 1 beyond. Heads that are off and tubes stay as they are in this clip, and the other is run without them (Vig et al., 2020; Meng et al., 2022).</source>
            <translation>份额大，说明两个视频的差别要经过这个部分。这并不说明差别是由它找出的，它可能只是传递来自下层的内容；靠后的整个块总会带来全部。份额小并不说明该部分无用：其他部分可能携带同样的内容。各部分的份额不能相加，并且只适用于这两个视频。
份额是两个视频 logit 之间距离的一部分：本视频的首位类别减去另一视频的首位类别，或正在解释的类别；小于 0 表示方向相反，大于 1 表示超出。已关闭的头和时空管在本视频中保持不变，另一视频则不带这些改动运行（Vig 等，2020；Meng 等，2022）。</translation>
        </message>
        <message>
            <source>A low entropy says that the head is choosy, not that it chooses well, and not where. Heads of blocks with different numbers of keys can be compared, as each is divided by its own largest value.</source>
            <translation>熵低说明该头挑剔，不说明挑得好，也不说明挑在哪里。键数不同的块之间可以比较，因为各自除以自己的最大值。</translation>
        </message>
        <message>
            <source>A map that explains a model must change when its weights are replaced by random ones, and when another class is asked for. One that does not shows the picture.</source>
            <translation>解释模型的图，在权重换成随机值或询问另一类时必须改变。不改变的图只是在显示画面。</translation>
        </message>
        <message>
            <source>A patch with extent in time: MViT makes each token of two sampled frames. Frames of one tubelet therefore have the same map.</source>
            <translation>在时间上有跨度的图块：MViT 的每个词元由两个采样帧构成。因此同一时空管内的帧有相同的图。</translation>
        </message>
        <message>
            <source>A tube is a box of the picture over some frames, painted with Shift+E on what the model sees. It is erased, blurred, frozen or kept alone, and the classes answer.</source>
            <translation>时空管是画面中跨若干帧的一个矩形，用 Shift+E 画在模型所见的画面上。它被擦除、模糊、冻结或仅保留，类别随之变化。</translation>
        </message>
        <message>
            <source>Alike tokens need not attend to each other, and in deep blocks all tokens grow alike: compare values within one block. It is of the tokens, so no head and no class enters.</source>
            <translation>相似的词元未必互相注意，而在深层块中所有词元都变得相似：请在同一块内比较数值。它只涉及词元，与头和类别无关。</translation>
        </message>
        <message>
            <source>Attention &gt; Preprocessing sets how the frame is scaled and cropped; a crop of the whole frame changes what the model is used to.</source>
            <translation>“注意力 &gt; 预处理”设定画面如何缩放和裁剪；裁剪整个画面会改变模型习惯的输入。</translation>
        </message>
        <message>
            <source>Attention distance</source>
            <translation>注意力距离</translation>
        </message>
        <message>
            <source>Attention says where a model looks, not for which class. Evidence is of one class, or of one class instead of another.</source>
            <translation>注意力说明模型看哪里，而不说明为了哪一类。证据属于某一类，或某一类而非另一类。</translation>
        </message>
        <message>
            <source>Attention summed over places: rows are times of queries, columns times of keys. A bright diagonal looks within its own frames, other stripes compare times.</source>
            <translation>对位置求和的注意力：行是查询的时间，列是键的时间。明亮的对角线表示只看自身的帧，其他条纹表示比较不同时间。</translation>
        </message>
        <message>
            <source>Baseline</source>
            <translation>基线</translation>
        </message>
        <message>
            <source>Batch result</source>
            <translation>批处理结果</translation>
        </message>
        <message>
            <source>Blocks, heads, tokens and frames count from 0 everywhere; Preferences can let frames count from 1.</source>
            <translation>块、头、词元和帧处处从 0 计数；首选项可让帧从 1 计数。</translation>
        </message>
        <message>
            <source>Content and position</source>
            <translation>内容与位置</translation>
        </message>
        <message>
            <source>Coverage</source>
            <translation>覆盖范围</translation>
        </message>
        <message>
            <source>Ctrl+C copies the picture of the view, and the context menu the values of the map.</source>
            <translation>Ctrl+C 复制视图的图片，右键菜单可复制图的数值。</translation>
        </message>
        <message>
            <source>Ctrl+E exports pictures, videos and numbers. Ctrl+S saves the session, which opens the same view again.</source>
            <translation>Ctrl+E 导出图片、视频和数值。Ctrl+S 保存会话，以后可打开同样的视图。</translation>
        </message>
        <message>
            <source>Deletion begins with the whole clip, insertion with none of it. Tokens in the centre are a second control, because most objects lie there.</source>
            <translation>删除从完整的视频开始，插入从空白开始。中心的词元是第二个对照，因为多数物体位于那里。</translation>
        </message>
        <message>
            <source>Drop a video and a checkpoint on the window, or use Ctrl+O and Ctrl+Shift+O. The model runs on the part of the video that is shown: its window.</source>
            <translation>把视频和检查点拖到主窗口上，或用 Ctrl+O 和 Ctrl+Shift+O。模型在所示的那段视频上运行：即它的模型窗口。</translation>
        </message>
        <message>
            <source>Effects do not add up: heads replace each other, and what one no longer says another may.
In Head effects a click switches a head off, so that the model runs without it: the head gives its mean over windows and tokens instead. Map, classes and exports follow, and say so. The button above the list chooses the windows: those of this clip, or all of a batch result of the same checkpoint, which knows more of what is usual.</source>
            <translation>效应不能相加：头之间会相互替代，一个不再表达的，另一个可能表达。
在“头效应”中单击即可关闭一个头，模型随即不用它运行：该头改为给出其在窗口和 token 上的均值。图、类别和导出随之改变，并加以注明。列表上方的按钮选择是哪些窗口：此视频的，或同一检查点的批处理结果的所有窗口，后者更了解什么是通常情形。</translation>
        </message>
        <message>
            <source>Entropy</source>
            <translation>熵</translation>
        </message>
        <message>
            <source>Evidence</source>
            <translation>证据</translation>
        </message>
        <message>
            <source>Faithfulness</source>
            <translation>忠实度</translation>
        </message>
        <message>
            <source>Frames between the sampled ones were never seen; they show the map of the nearest tubelet, without blending.</source>
            <translation>采样帧之间的帧模型从未看过；它们显示最近时空管的图，不做混合。</translation>
        </message>
        <message>
            <source>Head effect</source>
            <translation>头效应</translation>
        </message>
        <message>
            <source>Hold B to see the frame alone. A right click or Shift+F10 lists what can be done with a token; Shift+G goes to the strongest one.</source>
            <translation>按住 B 只看画面。右键或 Shift+F10 列出可对词元做的操作；Shift+G 转到最强的词元。</translation>
        </message>
        <message>
            <source>How evenly a head spreads its attention: 1 is everywhere alike, 0 is one key alone. It is a mean over queries, each divided by the logarithm of the number of keys.</source>
            <translation>一个头的注意力有多均匀：1 为处处相同，0 为只看一个键。它是对查询的平均，每个都除以键数的对数。</translation>
        </message>
        <message>
            <source>How far a query looks on average, weighted by its attention on patches. Within a frame it is in pixels of the model's input, along time in sampled frames.</source>
            <translation>查询平均看多远，以其对图块的注意力加权。帧内以模型输入的像素计，沿时间以采样帧计。</translation>
        </message>
        <message>
            <source>How much the logit of a class changes when one head is turned off. Positive: the head speaks for the class.</source>
            <translation>关闭一个头时某一类的 logit 改变多少。正值表示该头支持这一类。</translation>
        </message>
        <message>
            <source>How much the relative positions change where patches look, 0 to 1. It is half the sum of absolute differences between a row and the row of content alone.</source>
            <translation>相对位置在多大程度上改变图块所看之处，0 到 1。它是一行与仅由内容得到的行之间绝对差之和的一半。</translation>
        </message>
        <message>
            <source>I and O set the two ends of a loop, M a marker. The timeline zooms with the wheel.</source>
            <translation>I 和 O 设定循环的两端，M 设定标记。时间轴用滚轮缩放。</translation>
        </message>
        <message>
            <source>In a model without a class token it is 1 everywhere.</source>
            <translation>在没有类别词元的模型中，它处处为 1。</translation>
        </message>
        <message>
            <source>In the last block of a model with a class token nothing else reaches the prediction: the rows of patch tokens are dead there, and the window offers the block before.</source>
            <translation>在带类别词元的模型的最后一块中，其他词元都到不了预测：图块词元的行在那里无效，主窗口会提供前一块。</translation>
        </message>
        <message>
            <source>In this window and in captions windows count from 1. Commands and files count from 0: --window 0 is window 1, and the column is called window_index.</source>
            <translation>在主窗口和说明文字中，模型窗口从 1 计数。命令和文件从 0 计数：--window 0 就是模型窗口 1，对应的列名为 window_index。</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>保存</translation>
        </message>
        <message>
            <source>Left and Right step by frames, Alt+Left and Alt+Right by frames that the model saw, Page Up and Page Down by windows. Space plays.</source>
            <translation>左右方向键逐帧移动，Alt+左、Alt+右在模型看过的帧之间移动，Page Up、Page Down 按模型窗口移动。空格播放。</translation>
        </message>
        <message>
            <source>Look</source>
            <translation>查看</translation>
        </message>
        <message>
            <source>Mass on patches</source>
            <translation>图块占比</translation>
        </message>
        <message>
            <source>Most objects lie in the middle of a frame. A head that always looks there finds them without seeing them: compare clips before you call it an object head.</source>
            <translation>多数物体位于画面中部。总看那里的头不必看见也能“找到”它们：称其为物体头之前请比较多段视频。</translation>
        </message>
        <message>
            <source>Move</source>
            <translation>移动</translation>
        </message>
        <message>
            <source>Numbers of windows</source>
            <translation>模型窗口的编号</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>打开</translation>
        </message>
        <message>
            <source>PCA colours</source>
            <translation>主成分颜色</translation>
        </message>
        <message>
            <source>Patch from another clip</source>
            <translation>从另一视频打补丁</translation>
        </message>
        <message>
            <source>Readout</source>
            <translation>读出</translation>
        </message>
        <message>
            <source>Received</source>
            <translation>受关注度</translation>
        </message>
        <message>
            <source>Remove the tokens that a map calls most important, and see how fast the class goes. A faithful map makes it fall sooner than tokens removed at random.</source>
            <translation>移除图认为最重要的词元，看该类消失得多快。忠实的图会比随机移除词元下降得更早。</translation>
        </message>
        <message>
            <source>Sanity</source>
            <translation>合理性检查</translation>
        </message>
        <message>
            <source>Share in the centre</source>
            <translation>中心占比</translation>
        </message>
        <message>
            <source>Similarity to a token</source>
            <translation>与词元的相似度</translation>
        </message>
        <message>
            <source>Sink</source>
            <translation>汇聚</translation>
        </message>
        <message>
            <source>The bars are a row of the timeline. A class that stays when frames are frozen, reversed or shuffled was not read from motion; a frozen clip may be foreign to the model.</source>
            <translation>条形显示为时间轴的一行。若冻结、倒放或打乱帧后类别不变，则该类别不是从运动中读出的；冻结的视频对模型可能是陌生的。</translation>
        </message>
        <message>
            <source>The colour bar says what its ends are and how the range was found. A badge says where the map on screen is not the one asked for, or not of this frame.</source>
            <translation>色条说明两端的数值以及范围如何得出。若屏幕上的图不是所要的图，或不属于本帧，会有标注说明。</translation>
        </message>
        <message>
            <source>The cosine between each token of a block and the picked one: 1 holds the same, 0 has nothing in common, below 0 it holds the opposite. Q and a drag move it.</source>
            <translation>块中每个词元与所选词元之间的余弦：1 为内容相同，0 为毫无共同之处，小于 0 为相反。按 Q 并拖动可移动它。</translation>
        </message>
        <message>
            <source>The folder that mvit-lens batch wrote, as a table in Clips: a row for each window and model, with one statistic of the head that is chosen above it. A click or Enter opens clip, window, block and head; Ctrl+PgDown opens the next row that is listed.</source>
            <translation>mvit-lens batch 写出的文件夹，在“视频列表”中显示为表格：每个窗口和模型一行，并给出上方所选头的一个统计量。单击或按 Enter 打开视频、窗口、块和头；Ctrl+PgDown 打开所列的下一行。</translation>
        </message>
        <message>
            <source>The input without content that evidence is measured from, such as a blurred or grey clip. If the model still says the class there, the evidence is incomplete.</source>
            <translation>衡量证据时作为起点的无内容输入，例如模糊或灰色的视频。若模型在那里仍给出该类，证据就不完整。</translation>
        </message>
        <message>
            <source>The mean over all queries: how much attention each key gets from everywhere. It tells which places many tokens look at, not which ones the prediction uses.</source>
            <translation>对所有查询取平均：每个键从各处得到多少注意力。它说明许多词元关注哪些位置，而不是预测使用哪些位置。</translation>
        </message>
        <message>
            <source>The part of a class's logit that each token accounts for, with its sign. For and against cancel, so look at their sum first.</source>
            <translation>每个词元对某一类 logit 的贡献，带符号。支持与反对会相互抵消，所以先看总和。</translation>
        </message>
        <message>
            <source>The part of the frame that lay inside the model's crop. What is hatched the model never saw, and no map has values there.</source>
            <translation>画面中落在模型裁剪之内的部分。画斜线处模型从未看过，任何图在那里都没有数值。</translation>
        </message>
        <message>
            <source>The range of a map follows its own values, so that a map of which 99 % lie on the sink still fills the colours. Read the share beside the head before the colours.</source>
            <translation>图的范围随自身数值而定，因此即使 99 % 落在汇聚上，图仍会用满配色。先看头旁边的份额，再看颜色。</translation>
        </message>
        <message>
            <source>The rank correlation of both maps is printed: near 0 passes, near 1 fails (Adebayo et al., 2018).</source>
            <translation>会给出两幅图的秩相关：接近 0 为通过，接近 1 为不通过（Adebayo 等，2018）。</translation>
        </message>
        <message>
            <source>The row of the tubelet shown is framed; a click goes to a time.</source>
            <translation>所示时空管的行加框显示；单击可转到某个时间。</translation>
        </message>
        <message>
            <source>The share of a head's attention on patches that lies in the middle of the picture, half as wide and half as high. Even attention has 25 %.</source>
            <translation>一个头对图块的注意力中落在画面中部（宽高各一半）的份额。均匀的注意力为 25 %。</translation>
        </message>
        <message>
            <source>The share of the attention that goes to the class token, which no picture can show. A head with a large sink says little about places, however bright its map is.</source>
            <translation>流向类别词元的注意力份额，任何图都无法显示它。汇聚大的头几乎不说明位置，无论它的图多亮。</translation>
        </message>
        <message>
            <source>The share of the attention that stays on patches: 1 minus the sink. Over the clip it tells in which windows the head looks at the picture at all.</source>
            <translation>留在图块上的注意力份额：1 减去汇聚。沿整段视频看，它说明头在哪些模型窗口里真正看了画面。</translation>
        </message>
        <message>
            <source>The sum of the evidence is the logit of the clip minus the logit of the baseline.</source>
            <translation>证据的总和等于视频的 logit 减去基线的 logit。</translation>
        </message>
        <message>
            <source>The tokens that the prediction is read from: the class token, or the mean of all patch tokens. As a query it shows where the prediction looks.</source>
            <translation>预测所读取的词元：类别词元，或所有图块词元的平均。作为查询时，它显示预测关注哪里。</translation>
        </message>
        <message>
            <source>Three principal components of a block's tokens as red, green and blue: tokens of one colour hold alike things. The colour bar says how much of the variance they show.</source>
            <translation>一个块的词元的三个主成分分别作为红、绿、蓝：颜色相同的词元内容相近。色条说明它们展示了多少方差。</translation>
        </message>
        <message>
            <source>Time to time</source>
            <translation>时间×时间</translation>
        </message>
        <message>
            <source>Trust</source>
            <translation>可信</translation>
        </message>
        <message>
            <source>Tubelet</source>
            <translation>时空管</translation>
        </message>
        <message>
            <source>Two pictures can be compared by colour only where they share a range: lock it with Y, or choose a range of several maps.</source>
            <translation>两幅图只有共用同一范围时才能按颜色比较：用 Y 锁定范围，或选择多幅图的范围。</translation>
        </message>
        <message>
            <source>Up and Down go through the layers, 1 to 0 show one head, A their mean or maximum. Q and a click ask where a token looks; with Shift, who looks at it.</source>
            <translation>上下方向键逐层切换，1 到 0 显示单个头，A 显示它们的平均或最大。Q 加单击询问词元关注哪里；按住 Shift 则询问谁关注它。</translation>
        </message>
        <message>
            <source>What each sampled frame adds to the logit: the clip is frozen before it and after it, and the differences are taken. With what a still frame gives they add up.</source>
            <translation>每个采样帧对 logit 的贡献：将视频在该帧之前和之后分别冻结，取两者之差。这些贡献加上静止帧本身给出的部分，等于总和。</translation>
        </message>
        <message>
            <source>What if</source>
            <translation>如果这样会怎样</translation>
        </message>
        <message>
            <source>When</source>
            <translation>何时</translation>
        </message>
    </context>
    <context>
        <name>intents</name>
        <message>
            <source>'Attended by' needs a key: {name}. Pick another with Q</source>
            <translation>“关注来源”需要一个键：{name}。按 Q 另选一个</translation>
        </message>
        <message>
            <source>Block {b} has {n} heads, 0 to {last}; there is no head {h}</source>
            <translation>块 {b} 有 {n} 个头，编号 0 到 {last}；没有头 {h}</translation>
        </message>
        <message>
            <source>Run a window first: there is no token to pick yet</source>
            <translation>请先运行一个模型窗口：现在还没有可选取的词元</translation>
        </message>
        <message>
            <source>Similarity is to a token: {name}. Pick another with Q</source>
            <translation>相似度是相对于一个词元的：{name}。按 Q 可另选</translation>
        </message>
        <message>
            <source>The range follows what is shown; lock it with Y to keep its numbers</source>
            <translation>范围随显示内容变化；按 Y 锁定可保持其数值</translation>
        </message>
        <message>
            <source>{n} boxes copied to {m} windows</source>
            <translation>已将 {n} 个检测框复制到 {m} 个模型窗口</translation>
        </message>
        <message>
            <source>{n} boxes read</source>
            <translation>已读取 {n} 个检测框</translation>
        </message>
        <message>
            <source>{n} boxes read; they are for models of detection, and this one is none</source>
            <translation>已读取 {n} 个检测框；它们用于检测模型，而此模型不是</translation>
        </message>
        <message>
            <source>{n} classes are pinned already; unpin one first</source>
            <translation>已固定 {n} 个类别；请先取消固定一个</translation>
        </message>
    </context>
    <context>
        <name>jobs</name>
        <message>
            <source>stopping</source>
            <translation>正在停止</translation>
        </message>
        <message>
            <source>{n} fps</source>
            <translation>{n} 帧/秒</translation>
        </message>
        <message>
            <source>{time} left</source>
            <translation>剩余 {time}</translation>
        </message>
    </context>
    <context>
        <name>kinds</name>
        <message>
            <source>Data</source>
            <translation>数据</translation>
        </message>
        <message>
            <source>Film</source>
            <translation>影片</translation>
        </message>
        <message>
            <source>Picture</source>
            <translation>图片</translation>
        </message>
    </context>
    <context>
        <name>maps</name>
        <message>
            <source>Cancelled; run the window again with Ctrl+R</source>
            <translation>已取消；按 Ctrl+R 重新运行此模型窗口</translation>
        </message>
        <message>
            <source>Not run yet: press Ctrl+R</source>
            <translation>尚未运行：请按 Ctrl+R</translation>
        </message>
        <message>
            <source>Running window {n}</source>
            <translation>正在运行模型窗口 {n}</translation>
        </message>
        <message>
            <source>The means over the batch result are being read</source>
            <translation>正在读取批处理结果上的均值</translation>
        </message>
        <message>
            <source>The video has changed on disk; open it again</source>
            <translation>视频在磁盘上已被更改；请重新打开</translation>
        </message>
    </context>
    <context>
        <name>marking</name>
        <message>
            <source>Frame {n} has no marker; N and Shift+N lead to those that there are</source>
            <translation>第 {n} 帧没有标记；按 N 和 Shift+N 可到达已有的标记</translation>
        </message>
        <message>
            <source>Marker {n}</source>
            <translation>标记 {n}</translation>
        </message>
        <message>
            <source>No loop. To loop a part, set where it begins (I) and ends (O) first</source>
            <translation>不循环。要循环一段，请先设置起点（I）和终点（O）</translation>
        </message>
        <message>
            <source>No marker after this frame</source>
            <translation>此帧之后没有标记</translation>
        </message>
        <message>
            <source>No marker before it</source>
            <translation>此帧之前没有标记</translation>
        </message>
        <message>
            <source>No markers yet; M sets one</source>
            <translation>还没有标记；按 M 添加</translation>
        </message>
    </context>
    <context>
        <name>menu row</name>
        <message>
            <source>Commands; with : a frame, @ a class, # a head, ? help</source>
            <translation>命令；: 为帧，@ 为类别，# 为头，? 为帮助</translation>
        </message>
        <message>
            <source>Find a command</source>
            <translation>查找命令</translation>
        </message>
        <message>
            <source>Workspaces</source>
            <translation>工作区</translation>
        </message>
    </context>
    <context>
        <name>model</name>
        <message>
            <source>as {name}</source>
            <translation>按 {name}</translation>
        </message>
        <message>
            <source>beside the file</source>
            <translation>在文件旁</translation>
        </message>
        <message>
            <source>in the file</source>
            <translation>在文件内</translation>
        </message>
        <message>
            <source>none (masked pre-training)</source>
            <translation>无（掩码预训练）</translation>
        </message>
        <message>
            <source>none: no classes are predicted</source>
            <translation>无：不预测类别</translation>
        </message>
        <message>
            <source>numbers alone</source>
            <translation>仅编号</translation>
        </message>
        <message>
            <source>one at a time (softmax)</source>
            <translation>每次一个</translation>
        </message>
        <message>
            <source>preset {name}</source>
            <translation>预设 {name}</translation>
        </message>
        <message>
            <source>several at once (sigmoid)</source>
            <translation>可同时多个</translation>
        </message>
        <message>
            <source>short side {side}, crop {size}</source>
            <translation>短边 {side}，裁剪 {size}</translation>
        </message>
        <message>
            <source>short side {side}, crop {size}, mean {mean}, std {std}, {order}</source>
            <translation>短边 {side}，裁剪 {size}，均值 {mean}，标准差 {std}，{order}</translation>
        </message>
        <message>
            <source>the file itself</source>
            <translation>文件本身</translation>
        </message>
        <message>
            <source>{b} blocks · {h} heads · {c} classes · {t} frames</source>
            <translation>{b} 块 · {h} 头 · {c} 类 · {t} 帧</translation>
        </message>
        <message>
            <source>{head} (shown)</source>
            <translation>{head}（当前）</translation>
        </message>
        <message>
            <source>{m} missing · {u} unused · {r} resized</source>
            <translation>缺失 {m} · 未用 {u} · 缩放 {r}</translation>
        </message>
        <message>
            <source>{name}: {n} classes</source>
            <translation>{name}：{n} 个类别</translation>
        </message>
        <message>
            <source>{n} classes, {says}</source>
            <translation>{n} 个类别，{says}</translation>
        </message>
    </context>
    <context>
        <name>opening</name>
        <message>
            <source>All heads are on: those that were off are of another model</source>
            <translation>所有头均已开启：先前关闭的头属于另一个模型</translation>
        </message>
        <message>
            <source>Map, pinned classes and preprocessing begin anew with another model</source>
            <translation>换用另一个模型后，注意力图、固定的类别和预处理均恢复默认</translation>
        </message>
        <message>
            <source>Tubes painted on the clip before are gone: {n}</source>
            <translation>画在上一个视频上的时空管已移除：{n}</translation>
        </message>
        <message>
            <source>{map} needs a picked token, and another clip has none: back to {default}</source>
            <translation>“{map}”需要选定的词元，而另一段视频没有：恢复为“{default}”</translation>
        </message>
    </context>
    <context>
        <name>own_code</name>
        <message>
            <source>Do not run it</source>
            <translation>不运行</translation>
        </message>
        <message>
            <source>Run it</source>
            <translation>运行</translation>
        </message>
        <message>
            <source>Run this code?</source>
            <translation>运行这段代码？</translation>
        </message>
        <message>
            <source>{function} of this file builds the model. It can do whatever a program of yours can:

{file}

Run it?</source>
            <translation>此文件中的 {function} 构建模型。它能做您的任何程序所能做的事：

{file}

要运行它吗？</translation>
        </message>
        <message>
            <source>{name} was not run, so there is no model of it</source>
            <translation>{name} 未运行，因此没有它的模型</translation>
        </message>
    </context>
    <context>
        <name>panels</name>
        <message>
            <source>Classes</source>
            <translation>类别</translation>
        </message>
        <message>
            <source>Clips</source>
            <translation>视频列表</translation>
        </message>
        <message>
            <source>Display</source>
            <translation>显示</translation>
        </message>
        <message>
            <source>Head card</source>
            <translation>头卡片</translation>
        </message>
        <message>
            <source>Head effects</source>
            <translation>头效应</translation>
        </message>
        <message>
            <source>Heads</source>
            <translation>注意力头</translation>
        </message>
        <message>
            <source>Layers</source>
            <translation>层</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>日志</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>模型</translation>
        </message>
        <message>
            <source>Predictions</source>
            <translation>预测</translation>
        </message>
        <message>
            <source>Timeline</source>
            <translation>时间轴</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>原因</translation>
        </message>
    </context>
    <context>
        <name>panes</name>
        <message>
            <source>; Compare shows it beside the next</source>
            <translation>；在“对比”视图中它会与下一张图并列</translation>
        </message>
        <message>
            <source>Colours of components are no numbers that could be subtracted</source>
            <translation>主成分的颜色不是可以相减的数值</translation>
        </message>
        <message>
            <source>Pin a map with P first: a difference needs two</source>
            <translation>请先按 P 固定一张图：差值需要两张图</translation>
        </message>
        <message>
            <source>Pinned already, as {name}</source>
            <translation>已经固定为 {name}</translation>
        </message>
        <message>
            <source>Pinned as {name}</source>
            <translation>已固定为 {name}</translation>
        </message>
        <message>
            <source>The batch result {name} is not open: heads give their mean over the clip</source>
            <translation>批处理结果 {name} 未打开：头给出其在此视频上的均值</translation>
        </message>
        <message>
            <source>This pane shows {clip} with {model}; open both to make it the map in use</source>
            <translation>此窗格显示的是 {clip} 和 {model}；要使用这张图，请打开这两个文件</translation>
        </message>
        <message>
            <source>{n} panes are pinned already; close one with Shift+P</source>
            <translation>已固定 {n} 个窗格；请按 Shift+P 关闭一个</translation>
        </message>
    </context>
    <context>
        <name>patches</name>
        <message>
            <source>MLP of block {block}</source>
            <translation>块 {block} 的 MLP</translation>
        </message>
        <message>
            <source>block {block}</source>
            <translation>块 {block}</translation>
        </message>
        <message>
            <source>head {block}/{head}</source>
            <translation>头 {block}/{head}</translation>
        </message>
        <message>
            <source>{a} less {b} · its window {n}</source>
            <translation>{a} 减 {b} · 其模型窗口 {n}</translation>
        </message>
        <message>
            <source>{a} · its window {n}</source>
            <translation>{a} · 其模型窗口 {n}</translation>
        </message>
        <message>
            <source>{place} from {name}: both clips answer alike</source>
            <translation>{place}，来自 {name}：两个视频的答案相同</translation>
        </message>
        <message>
            <source>{place} from {name}: {share} of its answer</source>
            <translation>{place}，来自 {name}：其答案的 {share}</translation>
        </message>
    </context>
    <context>
        <name>predictions</name>
        <message>
            <source>whole video, mean of {views}</source>
            <translation>整个视频，{views}的均值</translation>
        </message>
        <message>
            <source>window {i}, frames {a} to {b}</source>
            <translation>模型窗口 {i}，第 {a} 到 {b} 帧</translation>
        </message>
        <message>
            <source>{scope}, box {n}</source>
            <translation>{scope}，检测框 {n}</translation>
        </message>
    </context>
    <context>
        <name>preferences</name>
        <message>
            <source>0, as arrays do</source>
            <translation>0（同数组）</translation>
        </message>
        <message>
            <source>1, as players do</source>
            <translation>1（同播放器）</translation>
        </message>
        <message>
            <source>Big step</source>
            <translation>大步长</translation>
        </message>
        <message>
            <source>Colours of the heat</source>
            <translation>热图配色</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>深色</translation>
        </message>
        <message>
            <source>Fewer leave room for other programs; work in the background leaves one</source>
            <translation>较少的核心给其他程序留出余地；后台工作会留出一个核心</translation>
        </message>
        <message>
            <source>Folder of exports</source>
            <translation>导出文件夹</translation>
        </message>
        <message>
            <source>Frames count from</source>
            <translation>帧号起点</translation>
        </message>
        <message>
            <source>Frames, previews, captured windows and maps together; more makes going back faster</source>
            <translation>帧、预览、已采集的模型窗口和图合计；越大，回看越快</translation>
        </message>
        <message>
            <source>GB</source>
            <translation>GB</translation>
        </message>
        <message>
            <source>How far Shift+Left and Shift+Right go</source>
            <translation>Shift+左方向、Shift+右方向移动的帧数</translation>
        </message>
        <message>
            <source>How the window writes frame numbers; exported tables always count from 0</source>
            <translation>界面中帧号的写法；导出的表格始终从 0 开始</translation>
        </message>
        <message>
            <source>In the background, a run for each window; off: when asked for</source>
            <translation>在后台逐个运行模型窗口；关闭时：需要时才运行</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>语言</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>浅色</translation>
        </message>
        <message>
            <source>Memory for caches</source>
            <translation>缓存内存</translation>
        </message>
        <message>
            <source>Of the window; files and the command line stay English</source>
            <translation>仅窗口使用；文件与命令行保持英文</translation>
        </message>
        <message>
            <source>Off: a window is run when asked for with Ctrl+R</source>
            <translation>关闭时：按 Ctrl+R 才运行模型窗口</translation>
        </message>
        <message>
            <source>Processor cores for the model</source>
            <translation>模型使用的处理器核心数</translation>
        </message>
        <message>
            <source>Run the model by itself</source>
            <translation>自动运行模型</translation>
        </message>
        <message>
            <source>Run the whole clip for the timeline</source>
            <translation>为时间轴运行整个视频</translation>
        </message>
        <message>
            <source>System</source>
            <translation>跟随系统</translation>
        </message>
        <message>
            <source>System follows the desktop; where no desktop tells, it is dark</source>
            <translation>“跟随系统”与桌面一致；桌面没有说明时使用深色</translation>
        </message>
        <message>
            <source>Theme</source>
            <translation>主题</translation>
        </message>
        <message>
            <source>What a start begins with, and what Reset display brings back</source>
            <translation>启动时使用、重置显示时恢复的配色</translation>
        </message>
        <message>
            <source>Where films, pictures and data are offered to be written</source>
            <translation>影片、图片与数据默认写入的位置</translation>
        </message>
        <message>
            <source>all there are</source>
            <translation>全部核心</translation>
        </message>
        <message>
            <source>as last time</source>
            <translation>同上次</translation>
        </message>
        <message>
            <source>frames</source>
            <translation>帧</translation>
        </message>
        <message>
            <source>suited to this machine</source>
            <translation>按本机情况</translation>
        </message>
    </context>
    <context>
        <name>presets</name>
        <message>
            <source>Numbers of the maps (NPZ)</source>
            <translation>注意力图数值 (NPZ)</translation>
        </message>
        <message>
            <source>Picture for a paper (PNG, 170 mm at 300 dpi)</source>
            <translation>论文图片（PNG，170 毫米，300 点/英寸）</translation>
        </message>
        <message>
            <source>Predictions (CSV)</source>
            <translation>预测结果 (CSV)</translation>
        </message>
        <message>
            <source>Small animation (GIF, 480 lines, 10 fps)</source>
            <translation>小动画（GIF，480 行，10 帧/秒）</translation>
        </message>
        <message>
            <source>Video for a slide (MP4, 1080 lines)</source>
            <translation>幻灯片视频（MP4，1080 行）</translation>
        </message>
        <message>
            <source>Video of all heads (MP4, 1080 lines)</source>
            <translation>所有头的视频（MP4，1080 行）</translation>
        </message>
    </context>
    <context>
        <name>range_menu</name>
        <message>
            <source>Numbers on the bar</source>
            <translation>色条上的数值</translation>
        </message>
        <message>
            <source>Percentiles at the ends</source>
            <translation>两端的百分位</translation>
        </message>
        <message>
            <source>Percentiles at the ends: the range is locked</source>
            <translation>两端的百分位：范围已锁定</translation>
        </message>
        <message>
            <source>Percentiles at the ends: the range is manual</source>
            <translation>两端的百分位：范围为手动</translation>
        </message>
        <message>
            <source>{low:g}–{high:g} %</source>
            <translation>{low:g}–{high:g} %</translation>
        </message>
        <message>
            <source>{tails}, all values</source>
            <translation>{tails}，全部数值</translation>
        </message>
    </context>
    <context>
        <name>ranges</name>
        <message>
            <source>Range: block {b}</source>
            <translation>范围：块 {b}</translation>
        </message>
        <message>
            <source>Range: window {n}</source>
            <translation>范围：模型窗口 {n}</translation>
        </message>
    </context>
    <context>
        <name>remarks</name>
        <message>
            <source> · tubelet t={t} (frame {a})</source>
            <translation> · 时空管 t={t}（第 {a} 帧）</translation>
        </message>
        <message>
            <source> · tubelet t={t} (frames {a}–{b})</source>
            <translation> · 时空管 t={t}（第 {a}–{b} 帧）</translation>
        </message>
        <message>
            <source>Click a token: where it looks. Shift+click: who looks at it. Esc ends</source>
            <translation>单击词元：它关注哪里。Shift+单击：谁在关注它。按 Esc 结束</translation>
        </message>
        <message>
            <source>Click or drag: what is alike. Shift+click: who looks at it. Esc ends</source>
            <translation>点击或拖动：哪些相似。Shift+点击：谁在看它。Esc 结束</translation>
        </message>
        <message>
            <source>Damaged: painted from broken data; the picture may be wrong</source>
            <translation>已损坏：由损坏的数据解码而成，画面可能有误</translation>
        </message>
        <message>
            <source>Frame {a}; frame {b} is being decoded</source>
            <translation>第 {a} 帧；正在解码第 {b} 帧</translation>
        </message>
        <message>
            <source>Map of before. {problem}</source>
            <translation>之前的图。{problem}</translation>
        </message>
        <message>
            <source>Map of before; the one asked for is on its way</source>
            <translation>这是先前的图；所请求的图正在生成</translation>
        </message>
        <message>
            <source>Map of block {a}; the one asked for is on its way</source>
            <translation>块 {a} 的图；所要的图正在计算</translation>
        </message>
        <message>
            <source>Map of the preprocessing before; the one asked for is on its way</source>
            <translation>之前预处理设置下的图；所要的图正在计算</translation>
        </message>
        <message>
            <source>Map of window {a}; window {b} has not been run yet</source>
            <translation>模型窗口 {a} 的图；模型窗口 {b} 尚未运行</translation>
        </message>
        <message>
            <source>Map of window {a}; window {b} is running</source>
            <translation>模型窗口 {a} 的图；模型窗口 {b} 正在运行</translation>
        </message>
        <message>
            <source>Map of window {a}; window {b} is running, {n} of {all}</source>
            <translation>模型窗口 {a} 的图；模型窗口 {b} 正在运行，{n}/{all}</translation>
        </message>
        <message>
            <source>Map with other heads on; the one asked for is on its way</source>
            <translation>这是另一组头开启时的图；所要的图正在生成</translation>
        </message>
        <message>
            <source>Map with other tubes; the one asked for is on its way</source>
            <translation>这是另一些时空管下的图；所要求的图正在生成</translation>
        </message>
        <message>
            <source>Not a sampled frame: map of the nearest tubelet, t={t}</source>
            <translation>非采样帧：显示最近的时空管的图，t={t}</translation>
        </message>
        <message>
            <source>Predictions of other boxes; those asked for are on their way</source>
            <translation>显示的是其他检测框的预测；所请求的正在计算</translation>
        </message>
        <message>
            <source>Preview; the frame itself is being decoded</source>
            <translation>预览；正在解码此帧</translation>
        </message>
        <message>
            <source>Ranges differ: one colour is not one number in all panes</source>
            <translation>范围不同：同一颜色在各窗格中不代表同一数值</translation>
        </message>
        <message>
            <source>Stage {s} · Block {b}</source>
            <translation>阶段 {s} · 块 {b}</translation>
        </message>
        <message>
            <source>The model was fed damaged frames: the map is hatched</source>
            <translation>模型的输入含有损坏的帧：图以斜线标出</translation>
        </message>
        <message>
            <source>not sampled</source>
            <translation>未采样</translation>
        </message>
        <message>
            <source>sampled frame {i} of {n}</source>
            <translation>采样帧 {i}/{n}</translation>
        </message>
        <message>
            <source>sampled {i}/{n}</source>
            <translation>采样帧 {i}/{n}</translation>
        </message>
    </context>
    <context>
        <name>report</name>
        <message>
            <source> (the first of {n} warnings)</source>
            <translation>（共 {n} 条警告，此为第一条）</translation>
        </message>
        <message>
            <source>The last lines of the log:</source>
            <translation>日志的最后几行：</translation>
        </message>
        <message>
            <source>{name}: {n} blocks, {c} classes, {format}</source>
            <translation>{name}：{n} 个块，{c} 个类别，{format}</translation>
        </message>
    </context>
    <context>
        <name>sessions</name>
        <message>
            <source>the session is damaged: {name} is {value}, not a group of values</source>
            <translation>会话已损坏：{name} 是 {value}，而不是一组值</translation>
        </message>
        <message>
            <source>{name} is damaged or no session: {why}</source>
            <translation>{name} 已损坏或不是会话：{why}</translation>
        </message>
        <message>
            <source>{name} is no session of MViT Lens; sessions end in .mvitlens</source>
            <translation>{name} 不是 MViT Lens 的会话；会话文件以 .mvitlens 结尾</translation>
        </message>
        <message>
            <source>{name} is too large for a session</source>
            <translation>{name} 太大，不可能是会话</translation>
        </message>
        <message>
            <source>{name} was written by MViT Lens {by} in form {number}; this version reads up to form {own}. Update MViT Lens to open it</source>
            <translation>{name} 由 MViT Lens {by} 以第 {number} 版格式写成；此版本最高只能读取第 {own} 版格式。请更新 MViT Lens 后再打开</translation>
        </message>
        <message>
            <source>{path} cannot be read any more: {why}</source>
            <translation>{path} 已无法读取：{why}</translation>
        </message>
        <message>
            <source>{path} cannot be read: {why}</source>
            <translation>无法读取 {path}：{why}</translation>
        </message>
    </context>
    <context>
        <name>settings</name>
        <message>
            <source>The settings were damaged; they are kept as {name}, and new ones begin</source>
            <translation>设置已损坏；已另存为 {name}，并启用新的设置</translation>
        </message>
        <message>
            <source>{path} is damaged and cannot be set aside</source>
            <translation>{path} 已损坏，且无法另存</translation>
        </message>
        <message>
            <source>{path} is no ordinary file; settings are kept beside it</source>
            <translation>{path} 不是普通文件；设置保存在它旁边</translation>
        </message>
    </context>
    <context>
        <name>stride</name>
        <message>
            <source>Frames…</source>
            <translation>帧数…</translation>
        </message>
        <message>
            <source>From one window of the model to the next; smaller ones overlap</source>
            <translation>从一个模型窗口到下一个；较小的步长会重叠</translation>
        </message>
        <message>
            <source>Stride of the windows: {words}</source>
            <translation>模型窗口步长：{words}</translation>
        </message>
        <message>
            <source>a quarter</source>
            <translation>四分之一</translation>
        </message>
        <message>
            <source>half a window</source>
            <translation>半个模型窗口</translation>
        </message>
        <message>
            <source>stride: {words}</source>
            <translation>步长：{words}</translation>
        </message>
        <message>
            <source>whole window</source>
            <translation>整个模型窗口</translation>
        </message>
        <message>
            <source>{n} frames</source>
            <translation>{n} 帧</translation>
        </message>
    </context>
    <context>
        <name>survey</name>
        <message>
            <source>'Attended by' has no share on a class key</source>
            <translation>“关注来源”没有落在类别键上的占比</translation>
        </message>
        <message>
            <source>Evidence for a class has no such measure; go back to attention for it</source>
            <translation>类别的证据没有这一度量；请回到注意力查看</translation>
        </message>
        <message>
            <source>Features have no such measure; go back to attention for it</source>
            <translation>特征没有这种度量；请回到注意力</translation>
        </message>
        <message>
            <source>How spread the map shown is: −Σ p ln p / ln n over its tokens; 1 is uniform</source>
            <translation>所示的图有多分散：在其词元上的 −Σ p ln p / ln n；1 表示均匀</translation>
        </message>
        <message>
            <source>Probability of the most probable class of each window, and of the pinned classes</source>
            <translation>各模型窗口中概率最高的类别的概率，以及固定类别的概率</translation>
        </message>
        <message>
            <source>Share of the attention of the map shown that lies on patches: 1 − sink</source>
            <translation>所示的图中落在图块上的注意力占比：1 − 汇聚</translation>
        </message>
        <message>
            <source>The spread of several averaged heads is not kept; choose one head, or mean</source>
            <translation>未保存多个头平均后的分散度；请选择一个头或均值</translation>
        </message>
        <message>
            <source>This model has no class token, so all of the attention lies on patches</source>
            <translation>此模型没有类别词元，因此全部注意力都在图块上</translation>
        </message>
        <message>
            <source>This model has no classes (masked pre-training)</source>
            <translation>此模型没有类别（掩码预训练）</translation>
        </message>
        <message>
            <source>entropy</source>
            <translation>熵</translation>
        </message>
        <message>
            <source>mass on patches</source>
            <translation>图块占比</translation>
        </message>
        <message>
            <source>p(top-1)</source>
            <translation>p(top-1)</translation>
        </message>
        <message>
            <source>top-1</source>
            <translation>top-1</translation>
        </message>
    </context>
    <context>
        <name>terms</name>
        <message>
            <source>170 mm wide at 300 dpi ({w} pixels)</source>
            <translation>宽 170 毫米，300 点/英寸（{w} 像素）</translation>
        </message>
        <message>
            <source>85 mm wide at 300 dpi ({w} pixels)</source>
            <translation>宽 85 毫米，300 点/英寸（{w} 像素）</translation>
        </message>
        <message>
            <source>AV1, for the web</source>
            <translation>AV1，适用于网页</translation>
        </message>
        <message>
            <source>All heads by numbers</source>
            <translation>所有头的数值</translation>
        </message>
        <message>
            <source>Animation (GIF)</source>
            <translation>动画 (GIF)</translation>
        </message>
        <message>
            <source>Attended by</source>
            <translation>关注来源</translation>
        </message>
        <message>
            <source>Attends to</source>
            <translation>关注对象</translation>
        </message>
        <message>
            <source>Attends to, by content</source>
            <translation>按内容的关注对象</translation>
        </message>
        <message>
            <source>Attends to, by position</source>
            <translation>按位置的关注对象</translation>
        </message>
        <message>
            <source>Attention of every block, multiplied down to the patches; of no class.</source>
            <translation>各块注意力逐层相乘直至图块；不针对任何类别。</translation>
        </message>
        <message>
            <source>Attention of the last block times its gradient, what is above zero.</source>
            <translation>最后一块的注意力乘以其梯度，取大于零的部分。</translation>
        </message>
        <message>
            <source>Attention of the last block times its gradient, what speaks against the class too.</source>
            <translation>最后一块的注意力乘以其梯度，也包括反对该类别的部分。</translation>
        </message>
        <message>
            <source>Attention times gradient</source>
            <translation>注意力乘梯度</translation>
        </message>
        <message>
            <source>Attention times gradient of every block, pushed down to the patches (Chefer 2021).</source>
            <translation>各块的注意力乘梯度，逐层传回图块（Chefer 2021）。</translation>
        </message>
        <message>
            <source>Attention times gradient, signed</source>
            <translation>注意力乘梯度（带符号）</translation>
        </message>
        <message>
            <source>Best</source>
            <translation>最佳</translation>
        </message>
        <message>
            <source>Blocks, all or chosen</source>
            <translation>块，全部或选定</translation>
        </message>
        <message>
            <source>Blur</source>
            <translation>模糊</translation>
        </message>
        <message>
            <source>Channels of the last block's first norm, weighted by their mean gradient.</source>
            <translation>最后一块第一个归一化层的通道，按其平均梯度加权。</translation>
        </message>
        <message>
            <source>Classes over the clip</source>
            <translation>类别随片段的变化</translation>
        </message>
        <message>
            <source>Colours lie over the frame, the denser the higher the value</source>
            <translation>颜色叠加在画面上，值越高越浓</translation>
        </message>
        <message>
            <source>Colours lie over the whole frame with one opacity</source>
            <translation>颜色以同一不透明度叠加在整个画面上</translation>
        </message>
        <message>
            <source>Conference, one column (83 mm)</source>
            <translation>会议论文，单栏（83 毫米）</translation>
        </message>
        <message>
            <source>Conference, whole width (175 mm)</source>
            <translation>会议论文，通栏（175 毫米）</translation>
        </message>
        <message>
            <source>Cosine similarity of each token of the block to the picked one, -1 to 1.</source>
            <translation>块中每个词元与所选词元的余弦相似度，-1 到 1。</translation>
        </message>
        <message>
            <source>Direct logit attribution</source>
            <translation>直接 logit 归因</translation>
        </message>
        <message>
            <source>Drawing (SVG)</source>
            <translation>矢量图（SVG）</translation>
        </message>
        <message>
            <source>Erase</source>
            <translation>擦除</translation>
        </message>
        <message>
            <source>Everything outside shows the clip's mean colour.</source>
            <translation>时空管以外全部显示视频的平均颜色。</translation>
        </message>
        <message>
            <source>Freeze</source>
            <translation>冻结</translation>
        </message>
        <message>
            <source>GIF, 256 colours per frame</source>
            <translation>GIF，每帧 256 色</translation>
        </message>
        <message>
            <source>Good</source>
            <translation>良好</translation>
        </message>
        <message>
            <source>Grad-CAM</source>
            <translation>Grad-CAM</translation>
        </message>
        <message>
            <source>Gradients of the pixels along the way from the baseline; they sum to the difference.</source>
            <translation>从基线出发沿途的像素梯度；其总和为两者之差。</translation>
        </message>
        <message>
            <source>H.264, plays everywhere</source>
            <translation>H.264，通用</translation>
        </message>
        <message>
            <source>H.265 (HEVC)</source>
            <translation>H.265 (HEVC)</translation>
        </message>
        <message>
            <source>Heads</source>
            <translation>各头</translation>
        </message>
        <message>
            <source>Heads of one block, all or chosen</source>
            <translation>一个块的头，全部或选定</translation>
        </message>
        <message>
            <source>Heatmap video (MP4)</source>
            <translation>热力图视频 (MP4)</translation>
        </message>
        <message>
            <source>Heatmap video (Matroska MKV)</source>
            <translation>热力图视频 (Matroska MKV)</translation>
        </message>
        <message>
            <source>Heatmap video (QuickTime MOV)</source>
            <translation>热力图视频 (QuickTime MOV)</translation>
        </message>
        <message>
            <source>Heatmap video (WebM)</source>
            <translation>热力图视频 (WebM)</translation>
        </message>
        <message>
            <source>How much all queries together look at each key: the mean of all rows.</source>
            <translation>所有查询合起来对每个键的关注程度：所有行的均值。</translation>
        </message>
        <message>
            <source>Integrated gradients of pixels</source>
            <translation>像素积分梯度</translation>
        </message>
        <message>
            <source>Integrated gradients of the tokens that enter the last stage; they sum to what the clip makes of the logit.</source>
            <translation>进入最后阶段的词元的积分梯度；其总和即视频对 logit 的贡献。</translation>
        </message>
        <message>
            <source>Keep alone</source>
            <translation>仅保留</translation>
        </message>
        <message>
            <source>Key knock-out</source>
            <translation>键屏蔽</translation>
        </message>
        <message>
            <source>MLP</source>
            <translation>MLP</translation>
        </message>
        <message>
            <source>Maps as NumPy arrays (NPZ)</source>
            <translation>NumPy 数组形式的图 (NPZ)</translation>
        </message>
        <message>
            <source>Maps over frames</source>
            <translation>各帧上的图</translation>
        </message>
        <message>
            <source>Nature, one column (89 mm)</source>
            <translation>Nature，单栏（89 毫米）</translation>
        </message>
        <message>
            <source>Nature, two columns (183 mm)</source>
            <translation>Nature，双栏（183 毫米）</translation>
        </message>
        <message>
            <source>Occlusion</source>
            <translation>遮挡</translation>
        </message>
        <message>
            <source>One map</source>
            <translation>一幅图</translation>
        </message>
        <message>
            <source>Own size</source>
            <translation>自定大小</translation>
        </message>
        <message>
            <source>PCA colours</source>
            <translation>主成分颜色</translation>
        </message>
        <message>
            <source>Page (PDF)</source>
            <translation>页面（PDF）</translation>
        </message>
        <message>
            <source>Panes of Compare</source>
            <translation>“对比”视图的窗格</translation>
        </message>
        <message>
            <source>Picture (PNG)</source>
            <translation>图片（PNG）</translation>
        </message>
        <message>
            <source>Picture of one frame (PNG)</source>
            <translation>单帧图片 (PNG)</translation>
        </message>
        <message>
            <source>Predictions as a table (CSV)</source>
            <translation>预测表格 (CSV)</translation>
        </message>
        <message>
            <source>ProRes 422, for editing</source>
            <translation>ProRes 422，适用于剪辑</translation>
        </message>
        <message>
            <source>Received</source>
            <translation>受关注度</translation>
        </message>
        <message>
            <source>Relevance</source>
            <translation>相关性</translation>
        </message>
        <message>
            <source>Rollout</source>
            <translation>注意力展开</translation>
        </message>
        <message>
            <source>Side by side</source>
            <translation>并排</translation>
        </message>
        <message>
            <source>Similarity to a token</source>
            <translation>与词元的相似度</translation>
        </message>
        <message>
            <source>Single</source>
            <translation>单图</translation>
        </message>
        <message>
            <source>Small file</source>
            <translation>小文件</translation>
        </message>
        <message>
            <source>Stage evidence</source>
            <translation>阶段证据</translation>
        </message>
        <message>
            <source>Stages</source>
            <translation>各阶段</translation>
        </message>
        <message>
            <source>Takes from</source>
            <translation>取值来源</translation>
        </message>
        <message>
            <source>The azure square moves up</source>
            <translation>天蓝色方块上移</translation>
        </message>
        <message>
            <source>The blue triangle bounces</source>
            <translation>蓝色三角形弹跳</translation>
        </message>
        <message>
            <source>The cyan disc shakes</source>
            <translation>青色圆盘抖动</translation>
        </message>
        <message>
            <source>The frame darkens where attention is low</source>
            <translation>注意力低的地方画面变暗</translation>
        </message>
        <message>
            <source>The last block of each stage</source>
            <translation>每个阶段的最后一个块</translation>
        </message>
        <message>
            <source>The magenta cross shakes, the lime pentagon circles clockwise</source>
            <translation>品红色十字抖动，黄绿色五边形顺时针转圈</translation>
        </message>
        <message>
            <source>The magenta triangle shrinks</source>
            <translation>品红色三角形缩小</translation>
        </message>
        <message>
            <source>The mint drop circles counter-clockwise</source>
            <translation>薄荷绿水滴逆时针转圈</translation>
        </message>
        <message>
            <source>The mint pentagon moves right</source>
            <translation>薄荷绿五边形右移</translation>
        </message>
        <message>
            <source>The orange heart moves down</source>
            <translation>橙色心形下移</translation>
        </message>
        <message>
            <source>The orange pentagon grows</source>
            <translation>橙色五边形变大</translation>
        </message>
        <message>
            <source>The pink heart moves left</source>
            <translation>粉色心形左移</translation>
        </message>
        <message>
            <source>The tube is blurred by a tenth of the shorter side.</source>
            <translation>时空管内以短边的十分之一模糊。</translation>
        </message>
        <message>
            <source>The tube shows the clip's mean colour.</source>
            <translation>时空管内显示视频的平均颜色。</translation>
        </message>
        <message>
            <source>The tube stays as it is in the first frame of its span.</source>
            <translation>时空管内停留在其范围的第一帧。</translation>
        </message>
        <message>
            <source>The violet bar spins</source>
            <translation>紫色长条旋转</translation>
        </message>
        <message>
            <source>The violet heart spins, the azure triangle moves left</source>
            <translation>紫色心形旋转，天蓝色三角形左移</translation>
        </message>
        <message>
            <source>The yellow star circles clockwise</source>
            <translation>黄色五角星顺时针转圈</translation>
        </message>
        <message>
            <source>Three principal components of the block's tokens as red, green and blue: tokens of a colour hold alike things.</source>
            <translation>块的词元的三个主成分分别作为红、绿、蓝：同色的词元内容相近。</translation>
        </message>
        <message>
            <source>VP9, for the web</source>
            <translation>VP9，适用于网页</translation>
        </message>
        <message>
            <source>What each key of the last block adds to the logit by itself, past the last MLP.</source>
            <translation>最后一块的每个键绕过最后的 MLP 单独对 logit 的贡献。</translation>
        </message>
        <message>
            <source>What removing the map does to the class</source>
            <translation>移除该图的内容对类别的影响</translation>
        </message>
        <message>
            <source>What the logit loses when a part of the clip is covered, part by part.</source>
            <translation>逐块遮挡视频的一部分时 logit 的损失。</translation>
        </message>
        <message>
            <source>What the logit loses when the class token cannot look at a key; exact.</source>
            <translation>类别词元无法关注某个键时 logit 的损失；精确。</translation>
        </message>
        <message>
            <source>What the query takes from each key: its attention times the length of the value.</source>
            <translation>查询从每个键取得多少：注意力乘以值的长度。</translation>
        </message>
        <message>
            <source>Where the query looks: one row of the attention matrix, on the key grid.</source>
            <translation>查询关注哪里：注意力矩阵的一行，位于键网格上。</translation>
        </message>
        <message>
            <source>Where the query would look by relative positions alone, whatever the tokens hold.</source>
            <translation>若只看相对位置、不看词元内容，查询会关注哪里。</translation>
        </message>
        <message>
            <source>Where the query would look by what the tokens hold alone, without positions.</source>
            <translation>若只看词元内容、不看位置，查询会关注哪里。</translation>
        </message>
        <message>
            <source>Who looks at the picked key: one column of the matrix, on the query grid.</source>
            <translation>谁在关注选取的键：矩阵的一列，位于查询网格上。</translation>
        </message>
        <message>
            <source>action detector</source>
            <translation>动作检测器</translation>
        </message>
        <message>
            <source>activation</source>
            <translation>激活值</translation>
        </message>
        <message>
            <source>assumes nothing of the network; one forward pass for each of some 300 parts</source>
            <translation>对网络不作任何假设；约 300 个部分，每个一次前向计算</translation>
        </message>
        <message>
            <source>at once, and right in 97 of 100 scenes with two actors; it sums to nothing</source>
            <translation>即时得出；100 个双对象场景中有 97 个正确；总和没有意义</translation>
        </message>
        <message>
            <source>at once, and right in 99 of 100 scenes with two actors; it finds less of the actor</source>
            <translation>即时得出；100 个双对象场景中有 99 个正确；找到的对象部分较少</translation>
        </message>
        <message>
            <source>attention times gradient</source>
            <translation>注意力乘梯度</translation>
        </message>
        <message>
            <source>biases</source>
            <translation>偏置</translation>
        </message>
        <message>
            <source>classifier</source>
            <translation>分类器</translation>
        </message>
        <message>
            <source>component 1</source>
            <translation>成分 1</translation>
        </message>
        <message>
            <source>config.json beside the file</source>
            <translation>文件旁的 config.json</translation>
        </message>
        <message>
            <source>cosine</source>
            <translation>余弦</translation>
        </message>
        <message>
            <source>encoder of masked pre-training</source>
            <translation>掩码预训练编码器</translation>
        </message>
        <message>
            <source>exact of a part of the logit only: it prints how large that part is</source>
            <translation>只对 logit 的一部分精确：会标明该部分的大小</translation>
        </message>
        <message>
            <source>fails</source>
            <translation>失败</translation>
        </message>
        <message>
            <source>logits</source>
            <translation>logit</translation>
        </message>
        <message>
            <source>only the class row of the last block reaches the prediction; this mean has all rows</source>
            <translation>最后一块中只有类别行会影响预测；此均值包含所有行</translation>
        </message>
        <message>
            <source>patch queries of the last block do not reach the prediction</source>
            <translation>最后一块的图块查询不会影响预测</translation>
        </message>
        <message>
            <source>points at the other one of two actors in 96 of 100 scenes</source>
            <translation>100 个场景中有 96 个指向双对象中的另一个</translation>
        </message>
        <message>
            <source>points at the right one of two actors in 99 of 100 scenes, and removing what it shows removes the class</source>
            <translation>100 个双对象场景中有 99 个指向正确的对象；删除其所示部分后该类别消失</translation>
        </message>
        <message>
            <source>pooled queries</source>
            <translation>池化查询</translation>
        </message>
        <message>
            <source>preset {name}</source>
            <translation>预设 {name}</translation>
        </message>
        <message>
            <source>relevance</source>
            <translation>相关性</translation>
        </message>
        <message>
            <source>reversible network</source>
            <translation>可逆网络</translation>
        </message>
        <message>
            <source>right in 99 of 100 scenes with two actors, but spread wide, and it changes little when the head is drawn anew</source>
            <translation>100 个双对象场景中有 99 个正确，但分布较散，且重新初始化分类头后变化很小</translation>
        </message>
        <message>
            <source>right in 99 of 100 scenes with two actors; one key at a time, so what several keys show alike is missed</source>
            <translation>100 个双对象场景中有 99 个正确；每次只屏蔽一个键，因此会漏掉多个键共同表示的内容</translation>
        </message>
        <message>
            <source>share</source>
            <translation>占比</translation>
        </message>
        <message>
            <source>sharp, right in 92 of 100 scenes with two actors, and forty forward passes long</source>
            <translation>清晰；100 个双对象场景中有 92 个正确；需要四十次前向计算</translation>
        </message>
        <message>
            <source>skip</source>
            <translation>残差</translation>
        </message>
        <message>
            <source>slow check</source>
            <translation>慢速核对</translation>
        </message>
        <message>
            <source>stays the same when the last block is drawn anew, and finds no actor</source>
            <translation>重新初始化最后一块后保持不变，且找不到对象</translation>
        </message>
        <message>
            <source>the architecture that was passed</source>
            <translation>传入的架构</translation>
        </message>
        <message>
            <source>the class token has no position term: content is all of its row</source>
            <translation>类别词元没有位置项：它的整行都来自内容</translation>
        </message>
        <message>
            <source>the configuration inside the file</source>
            <translation>文件内的配置</translation>
        </message>
        <message>
            <source>the configuration that was passed</source>
            <translation>传入的配置</translation>
        </message>
        <message>
            <source>the prediction reads only the class token: patch rows of the last block are unused</source>
            <translation>预测只读取类别词元：最后一块的图块行未被使用</translation>
        </message>
        <message>
            <source>the prediction reads the mean of patch tokens: the last block's class row is unused</source>
            <translation>预测读取图块词元的均值：最后一块的类别行未被使用</translation>
        </message>
        <message>
            <source>the weights, which match preset {name}</source>
            <translation>权重，与预设 {name} 相符</translation>
        </message>
        <message>
            <source>this block has no relative positions: content is all of its rows</source>
            <translation>此块没有相对位置：它的所有行都来自内容</translation>
        </message>
        <message>
            <source>trusted</source>
            <translation>可信</translation>
        </message>
        <message>
            <source>usable</source>
            <translation>可用</translation>
        </message>
        <message>
            <source>wrong actor</source>
            <translation>指向错误对象</translation>
        </message>
        <message>
            <source>{h} lines, at most {w} wide</source>
            <translation>{h} 行，最宽 {w}</translation>
        </message>
    </context>
    <context>
        <name>text</name>
        <message>
            <source>, every {r:g}</source>
            <translation>，每 {r:g} 帧取一帧</translation>
        </message>
        <message>
            <source>, every {r:g} at {fps:g} fps</source>
            <translation>，按 {fps:g} 帧/秒每 {r:g} 帧取一帧</translation>
        </message>
        <message>
            <source>, spread over the video</source>
            <translation>，分布于整个视频</translation>
        </message>
        <message>
            <source>1 frame of {s}×{s} px</source>
            <translation>1 帧，{s}×{s} 像素</translation>
        </message>
        <message>
            <source>1 view</source>
            <translation>1 个视角</translation>
        </message>
        <message>
            <source>A range of its own for each map</source>
            <translation>每张图使用各自的范围</translation>
        </message>
        <message>
            <source>All layers</source>
            <translation>所有层</translation>
        </message>
        <message>
            <source>Antialias</source>
            <translation>抗锯齿</translation>
        </message>
        <message>
            <source>Block {b} has no head {h}; its mean is shown</source>
            <translation>块 {b} 没有头 {h}；显示其均值</translation>
        </message>
        <message>
            <source>Block {b} has no head {h}; without it: {shown}</source>
            <translation>块 {b} 没有头 {h}；除去后显示：{shown}</translation>
        </message>
        <message>
            <source>Channel order</source>
            <translation>通道顺序</translation>
        </message>
        <message>
            <source>Crop size</source>
            <translation>裁剪尺寸</translation>
        </message>
        <message>
            <source>Each map</source>
            <translation>每张图</translation>
        </message>
        <message>
            <source>Interpolation</source>
            <translation>插值</translation>
        </message>
        <message>
            <source>Manual</source>
            <translation>手动</translation>
        </message>
        <message>
            <source>Mean</source>
            <translation>均值</translation>
        </message>
        <message>
            <source>Not fed as the checkpoint states: {changes}</source>
            <translation>输入方式与检查点不同：{changes}</translation>
        </message>
        <message>
            <source>One range for all heads and all times of the window</source>
            <translation>模型窗口内所有头、所有时刻共用一个范围</translation>
        </message>
        <message>
            <source>One range for all layers of the window</source>
            <translation>模型窗口内所有层共用一个范围</translation>
        </message>
        <message>
            <source>One range for this layer in all windows of the clip</source>
            <translation>本层在视频所有模型窗口中共用一个范围</translation>
        </message>
        <message>
            <source>Sampling rate</source>
            <translation>采样间隔</translation>
        </message>
        <message>
            <source>Sampling rule</source>
            <translation>采样规则</translation>
        </message>
        <message>
            <source>Short side</source>
            <translation>短边</translation>
        </message>
        <message>
            <source>Standard deviation</source>
            <translation>标准差</translation>
        </message>
        <message>
            <source>Target fps</source>
            <translation>目标帧率</translation>
        </message>
        <message>
            <source>The two numbers below the histogram</source>
            <translation>直方图下方的两个数</translation>
        </message>
        <message>
            <source>This clip</source>
            <translation>本视频</translation>
        </message>
        <message>
            <source>This layer</source>
            <translation>本层</translation>
        </message>
        <message>
            <source>all layers</source>
            <translation>所有层</translation>
        </message>
        <message>
            <source>attention probability</source>
            <translation>注意力概率</translation>
        </message>
        <message>
            <source>class token</source>
            <translation>类别词元</translation>
        </message>
        <message>
            <source>components 1, 2, 3</source>
            <translation>成分 1、2、3</translation>
        </message>
        <message>
            <source>each map</source>
            <translation>每张图</translation>
        </message>
        <message>
            <source>every n-th</source>
            <translation>每 n 帧取一帧</translation>
        </message>
        <message>
            <source>head h{i} of {n}</source>
            <translation>头 h{i}（共 {n} 个）</translation>
        </message>
        <message>
            <source>heads {names} of {n} averaged</source>
            <translation>头 {names} 的平均（共 {n} 个）</translation>
        </message>
        <message>
            <source>in parts</source>
            <translation>分段</translation>
        </message>
        <message>
            <source>instead of {value}</source>
            <translation>而非 {value}</translation>
        </message>
        <message>
            <source>its one head</source>
            <translation>唯一的头</translation>
        </message>
        <message>
            <source>locked range</source>
            <translation>锁定的范围</translation>
        </message>
        <message>
            <source>manual range</source>
            <translation>手动范围</translation>
        </message>
        <message>
            <source>maximum of {n} heads</source>
            <translation>{n} 个头的最大值</translation>
        </message>
        <message>
            <source>mean of all patches</source>
            <translation>所有图块的均值</translation>
        </message>
        <message>
            <source>mean of all patches, then normed</source>
            <translation>所有图块的均值，再归一化</translation>
        </message>
        <message>
            <source>mean of {n} heads</source>
            <translation>{n} 个头的均值</translation>
        </message>
        <message>
            <source>minimum of {n} heads</source>
            <translation>{n} 个头的最小值</translation>
        </message>
        <message>
            <source>nothing: an encoder without classes</source>
            <translation>无：没有类别的编码器</translation>
        </message>
        <message>
            <source>off</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>on</source>
            <translation>开启</translation>
        </message>
        <message>
            <source>patches inside boxes</source>
            <translation>框内的图块</translation>
        </message>
        <message>
            <source>pooled patches</source>
            <translation>池化后的图块</translation>
        </message>
        <message>
            <source>probability</source>
            <translation>概率</translation>
        </message>
        <message>
            <source>readout</source>
            <translation>读出</translation>
        </message>
        <message>
            <source>spread</source>
            <translation>均匀分布</translation>
        </message>
        <message>
            <source>the same range for every map</source>
            <translation>所有图同一范围</translation>
        </message>
        <message>
            <source>this layer</source>
            <translation>本层</translation>
        </message>
        <message>
            <source>this layer, whole clip</source>
            <translation>本层，整个视频</translation>
        </message>
        <message>
            <source>this layer, {n} of {all} windows</source>
            <translation>本层，{all} 个模型窗口中的 {n} 个</translation>
        </message>
        <message>
            <source>this map, around 0, {share:g} %</source>
            <translation>此图，以 0 为中心，{share:g} %</translation>
        </message>
        <message>
            <source>times uniform attention</source>
            <translation>均匀注意力的倍数</translation>
        </message>
        <message>
            <source>token t{t} y{y} x{x}</source>
            <translation>词元 t{t} y{y} x{x}</translation>
        </message>
        <message>
            <source>without weights</source>
            <translation>不含权重</translation>
        </message>
        <message>
            <source>{device}, half precision</source>
            <translation>{device}，半精度</translation>
        </message>
        <message>
            <source>{map} ({query})</source>
            <translation>{map}（{query}）</translation>
        </message>
        <message>
            <source>{n:.0f} % of variance</source>
            <translation>方差的 {n:.0f} %</translation>
        </message>
        <message>
            <source>{n} frames of {s}×{s} px</source>
            <translation>{n} 帧，{s}×{s} 像素</translation>
        </message>
        <message>
            <source>{n} min</source>
            <translation>{n} 分钟</translation>
        </message>
        <message>
            <source>{n} of {all}</source>
            <translation>{n}/{all}</translation>
        </message>
        <message>
            <source>{n} of {all} layers</source>
            <translation>{all} 层中的 {n} 层</translation>
        </message>
        <message>
            <source>{n} s</source>
            <translation>{n} 秒</translation>
        </message>
        <message>
            <source>{n} views</source>
            <translation>{n} 个视角</translation>
        </message>
        <message>
            <source>{policy}, {low:g}–{high:g} %</source>
            <translation>{policy}，{low:g}–{high:g} %</translation>
        </message>
        <message>
            <source>× uniform</source>
            <translation>× 均匀值</translation>
        </message>
    </context>
    <context>
        <name>timeline</name>
        <message>
            <source>all heads on</source>
            <translation>所有头开启</translation>
        </message>
        <message>
            <source>failed</source>
            <translation>失败</translation>
        </message>
        <message>
            <source>frame</source>
            <translation>帧</translation>
        </message>
        <message>
            <source>loop begins</source>
            <translation>循环开始</translation>
        </message>
        <message>
            <source>loop ends</source>
            <translation>循环结束</translation>
        </message>
        <message>
            <source>not run</source>
            <translation>未运行</translation>
        </message>
        <message>
            <source>not run yet</source>
            <translation>尚未运行</translation>
        </message>
        <message>
            <source>nothing changed</source>
            <translation>未作改动</translation>
        </message>
        <message>
            <source>run</source>
            <translation>已运行</translation>
        </message>
        <message>
            <source>run with other preprocessing</source>
            <translation>以其他预处理运行过</translation>
        </message>
        <message>
            <source>running {progress}</source>
            <translation>运行中 {progress}</translation>
        </message>
        <message>
            <source>stopped</source>
            <translation>已停止</translation>
        </message>
        <message>
            <source>waiting</source>
            <translation>等待中</translation>
        </message>
        <message>
            <source>when: the nearest sampled frame adds {value} logit</source>
            <translation>何时：最近的采样帧贡献 {value} logit</translation>
        </message>
        <message>
            <source>window {n}</source>
            <translation>模型窗口 {n}</translation>
        </message>
        <message>
            <source>window {n}: {what}</source>
            <translation>模型窗口 {n}：{what}</translation>
        </message>
        <message>
            <source>without tubes</source>
            <translation>不含时空管</translation>
        </message>
    </context>
    <context>
        <name>tokens</name>
        <message>
            <source>Go to block {b}</source>
            <translation>转到块 {b}</translation>
        </message>
        <message>
            <source>Strongest token t{t} y{y} x{x}: {value}</source>
            <translation>最强词元 t{t} y{y} x{x}：{value}</translation>
        </message>
        <message>
            <source>Strongest token t{t} y{y} x{x}: {value}, {times} the mean</source>
            <translation>最强的词元 t{t} y{y} x{x}：{value}，为平均值的 {times}</translation>
        </message>
        <message>
            <source>The model did not see this part of the frame</source>
            <translation>模型没有看到画面的这一部分</translation>
        </message>
    </context>
    <context>
        <name>toolbar</name>
        <message>
            <source>More tools</source>
            <translation>更多工具</translation>
        </message>
        <message>
            <source>Tools</source>
            <translation>工具</translation>
        </message>
        <message>
            <source>Views</source>
            <translation>视图</translation>
        </message>
    </context>
    <context>
        <name>tubes</name>
        <message>
            <source>1 tube blurred</source>
            <translation>模糊了 1 个时空管</translation>
        </message>
        <message>
            <source>1 tube erased</source>
            <translation>擦除了 1 个时空管</translation>
        </message>
        <message>
            <source>1 tube frozen</source>
            <translation>冻结了 1 个时空管</translation>
        </message>
        <message>
            <source>1 tube kept alone</source>
            <translation>仅保留 1 个时空管</translation>
        </message>
        <message>
            <source>Drag a tube to {what}, over {span}; Enter paints one in the middle. Esc ends</source>
            <translation>拖动画一个时空管（{what}，{span}）；Enter 在中间画一个。Esc 结束</translation>
        </message>
        <message>
            <source>Nothing was painted: the tube lies beside the frame, or within a pixel</source>
            <translation>没有画上：时空管在画面之外，或小于一个像素</translation>
        </message>
        <message>
            <source>There are {n} tubes, the most that are painted at once; remove one first</source>
            <translation>已有 {n} 个时空管，达到上限；请先移除一个</translation>
        </message>
        <message>
            <source>There is no loop: set one with I and O first</source>
            <translation>没有循环：请先用 I 和 O 设定</translation>
        </message>
        <message>
            <source>Tube {n}: arrows move it, with Shift they resize it, Delete removes it. Esc ends</source>
            <translation>时空管 {n}：方向键移动，按住 Shift 调整大小，Delete 删除。Esc 结束</translation>
        </message>
        <message>
            <source>beside what the model sees</source>
            <translation>不在模型所见范围内</translation>
        </message>
        <message>
            <source>frames {a}–{b}</source>
            <translation>第 {a}–{b} 帧</translation>
        </message>
        <message>
            <source>the loop</source>
            <translation>循环范围</translation>
        </message>
        <message>
            <source>the whole clip</source>
            <translation>整个视频</translation>
        </message>
        <message>
            <source>this window</source>
            <translation>当前模型窗口</translation>
        </message>
        <message>
            <source>{n} tubes blurred</source>
            <translation>模糊了 {n} 个时空管</translation>
        </message>
        <message>
            <source>{n} tubes erased</source>
            <translation>擦除了 {n} 个时空管</translation>
        </message>
        <message>
            <source>{n} tubes frozen</source>
            <translation>冻结了 {n} 个时空管</translation>
        </message>
        <message>
            <source>{n} tubes kept alone</source>
            <translation>仅保留 {n} 个时空管</translation>
        </message>
    </context>
    <context>
        <name>values_plot</name>
        <message>
            <source>Histogram</source>
            <translation>直方图</translation>
        </message>
    </context>
    <context>
        <name>view_picture</name>
        <message>
            <source>{clip}, frame {n}</source>
            <translation>{clip}，第 {n} 帧</translation>
        </message>
    </context>
    <context>
        <name>views</name>
        <message>
            <source>All layers · {map} · {chosen}</source>
            <translation>所有层 · {map} · {chosen}</translation>
        </message>
        <message>
            <source>Block {b}</source>
            <translation>块 {b}</translation>
        </message>
        <message>
            <source>Block {b}, {head}</source>
            <translation>块 {b}，{head}</translation>
        </message>
        <message>
            <source>Compare · frames linked by time</source>
            <translation>对比 · 各帧按时间联动</translation>
        </message>
        <message>
            <source>Stage {s} · Block {b} · all heads</source>
            <translation>阶段 {s} · 块 {b} · 所有头</translation>
        </message>
    </context>
    <context>
        <name>why</name>
        <message>
            <source>! not class-specific</source>
            <translation>! 与类别无关</translation>
        </message>
        <message>
            <source>Again</source>
            <translation>重新检查</translation>
        </message>
        <message>
            <source>Check</source>
            <translation>检查</translation>
        </message>
        <message>
            <source>Does not add up: {share} of the logit</source>
            <translation>总和不符：为 logit 的 {share}</translation>
        </message>
        <message>
            <source>Faithfulness</source>
            <translation>忠实度</translation>
        </message>
        <message>
            <source>Freeze the clip before and after each sampled frame</source>
            <translation>在每个采样帧之前和之后冻结视频</translation>
        </message>
        <message>
            <source>Left: the {share} % of the map that speak most for the class. Esc ends</source>
            <translation>仅保留：图中最支持该类别的 {share} %。Esc 结束</translation>
        </message>
        <message>
            <source>Make the map again with weights drawn anew: head, then last block</source>
            <translation>重新随机初始化权重后再生成该图：先分类头，后最后一块</translation>
        </message>
        <message>
            <source>Rank correlation after a new head / a new last block</source>
            <translation>重新初始化分类头后 / 最后一块后的秩相关</translation>
        </message>
        <message>
            <source>Remove what the map shows, and see whether the class goes</source>
            <translation>删除图中所示的部分，看该类别是否消失</translation>
        </message>
        <message>
            <source>Removed: the {share} % of the map that speak most for the class. Esc ends</source>
            <translation>已删除：图中最支持该类别的 {share} %。Esc 结束</translation>
        </message>
        <message>
            <source>Removed: {share} % at random. Esc ends</source>
            <translation>已随机删除 {share} %。Esc 结束</translation>
        </message>
        <message>
            <source>Removed: {share} % in the middle. Esc ends</source>
            <translation>已删除中心的 {share} %。Esc 结束</translation>
        </message>
        <message>
            <source>Sanity</source>
            <translation>合理性检查</translation>
        </message>
        <message>
            <source>The baseline still says this class: {share}</source>
            <translation>基线仍给出这一类别：{share}</translation>
        </message>
        <message>
            <source>When</source>
            <translation>何时</translation>
        </message>
        <message>
            <source>Why “{a}”</source>
            <translation>为何是“{a}”</translation>
        </message>
        <message>
            <source>Why “{a}”, not “{b}”</source>
            <translation>为何是“{a}”而非“{b}”</translation>
        </message>
        <message>
            <source>a still frame gives {static} of {total} logit</source>
            <translation>静止画面给出 {total} logit 中的 {static}</translation>
        </message>
        <message>
            <source>about {time}</source>
            <translation>约 {time}</translation>
        </message>
        <message>
            <source>class token {value}</source>
            <translation>类别词元 {value}</translation>
        </message>
        <message>
            <source>class {n}</source>
            <translation>类别 {n}</translation>
        </message>
        <message>
            <source>clip {whole}, frozen {frozen}, reversed {reversed}, shuffled {shuffled}</source>
            <translation>原视频 {whole}，冻结 {frozen}，倒放 {reversed}，打乱 {shuffled}</translation>
        </message>
        <message>
            <source>mean-colour clip: {share}, a fair baseline</source>
            <translation>平均色视频：{share}，基线合格</translation>
        </message>
        <message>
            <source>mean-colour clip: {share}, it still says this class</source>
            <translation>平均色视频：{share}，仍给出这一类别</translation>
        </message>
        <message>
            <source>p({name} | baseline) {share}</source>
            <translation>p({name} | 基线) {share}</translation>
        </message>
        <message>
            <source>p({name})</source>
            <translation>p({name})</translation>
        </message>
        <message>
            <source>quick answer</source>
            <translation>快速结果</translation>
        </message>
        <message>
            <source>random {share}</source>
            <translation>随机 {share}</translation>
        </message>
        <message>
            <source>sum {sum} ({share})</source>
            <translation>总和 {sum}（{share}）</translation>
        </message>
        <message>
            <source>what speaks for the class alone; it sums to nothing</source>
            <translation>只显示支持该类别的部分；总和没有意义</translation>
        </message>
        <message>
            <source>{cross} {method}: {badge}</source>
            <translation>{cross} {method}：{badge}</translation>
        </message>
        <message>
            <source>{method} follows</source>
            <translation>随后为{method}</translation>
        </message>
        <message>
            <source>{method} of window {n}</source>
            <translation>模型窗口 {n} 的{method}</translation>
        </message>
        <message>
            <source>{method}, {n} of {all} steps</source>
            <translation>{method}，第 {n} 步，共 {all} 步</translation>
        </message>
        <message>
            <source>{method}: {why}</source>
            <translation>{method}：{why}</translation>
        </message>
        <message>
            <source>{part} % removed: {a} to {b}</source>
            <translation>删除 {part} %：{a} 降至 {b}</translation>
        </message>
        <message>
            <source>{sum} of {delta} logit</source>
            <translation>{delta} logit 中的 {sum}</translation>
        </message>
        <message>
            <source>✓ passes</source>
            <translation>✓ 通过</translation>
        </message>
        <message>
            <source>✕ fails</source>
            <translation>✕ 未通过</translation>
        </message>
    </context>
    <context>
        <name>write_dialog</name>
        <message>
            <source>Browse…</source>
            <translation>浏览…</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>导出</translation>
        </message>
        <message>
            <source>Export to</source>
            <translation>导出到</translation>
        </message>
        <message>
            <source>File</source>
            <translation>文件</translation>
        </message>
        <message>
            <source>The file exists and will be replaced</source>
            <translation>文件已存在，将被替换</translation>
        </message>
        <message>
            <source>The folder {folder} does not exist</source>
            <translation>文件夹 {folder} 不存在</translation>
        </message>
    </context>
</TS>
